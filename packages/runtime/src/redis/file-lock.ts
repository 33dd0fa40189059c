import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processBirth } from './process-birth.ts';

interface Holder {
  pid: number;
  birth: string;
  nonce: string;
}

/**
 * Runs the work while no other process of this machine runs work under the same lock file. The lock of a process that
 * died is taken over.
 * @throws when it is still held after `waitMs`.
 */
export async function withFileLock<T>(
  path: string,
  { waitMs }: { waitMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const untilMs = performance.now() + waitMs;
  const nonce = randomUUID();
  while (!tryLock(path, nonce)) {
    breakStale(path);
    if (performance.now() > untilMs) {
      throw new Error(`${path} is held by process ${read(path)?.pid ?? '?'} for more than ${waitMs / 1000} s`);
    }
    await sleep(10 + Math.random() * 20);
  }
  try {
    return await work();
  } finally {
    if (read(path)?.nonce === nonce) rmSync(path, { force: true });
  }
}

function tryLock(path: string, nonce: string): boolean {
  const holder: Holder = { pid: process.pid, birth: processBirth(process.pid) ?? '', nonce };
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead process. Two that find it stale must not remove each other's new lock: only the holder of
 * a second file, held for a moment, may remove, and looks once more under it.
 */
function breakStale(path: string): void {
  if (!isStale(path)) return;
  const guard = `${path}.breaking`;
  if (!tryLock(guard, randomUUID())) {
    if (isStale(guard) && ageMs(guard) > 10_000) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function isStale(path: string): boolean {
  const holder = read(path);
  // Empty for the moment between creation and writing; for longer only if its writer died in between.
  if (!holder) return ageMs(path) > 5000;
  if (holder.pid === process.pid) return holder.birth !== processBirth(process.pid);
  return processBirth(holder.pid) !== holder.birth;
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
