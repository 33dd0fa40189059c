import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SavedLogin, StoredLogin } from '@nightpass/core';
import { z } from 'zod';

const saved = z.object({ refreshToken: z.string().min(1), issuer: z.string(), clientId: z.string() });

/** Longer than any request to an issuer takes: who holds the lock for so long has died. */
const lockEndsMs = 180_000;
const lockLookMs = 100;

/**
 * The login that a person left for a provider: `<data>/credentials/<provider>.json`, for our user's eyes only.
 * @param remember told of each refresh token that passes
 */
export function loginFile(dataDir: string, provider: string, remember: (secret: string) => void): StoredLogin {
  const path = join(dataDir, 'credentials', `${provider}.json`);
  return {
    provider,
    read() {
      const text = readIfThere(path);
      if (text === undefined) return undefined;
      const login = parsed(text);
      if (!login) throw new Error(`the file ${path} holds no login: run nightpass login ${provider}`);
      remember(login.refreshToken);
      return login;
    },
    write(login) {
      remember(login.refreshToken);
      const dir = dirname(path);
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      chmodSync(dir, 0o700);
      writeWhole(path, `${JSON.stringify(login, undefined, 2)}\n`);
    },
    async exclusively(work) {
      const lock = `${path}.lock`;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const mine = await takeLock(lock);
      try {
        return await work();
      } finally {
        if (readIfThere(lock) === mine) rmSync(lock, { force: true });
      }
    },
  };
}

function parsed(text: string): SavedLogin | undefined {
  try {
    return saved.parse(JSON.parse(text));
  } catch {
    // What stands there may be half a secret: nothing of it is told.
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`the file ${path} cannot be read: ${code}`);
  }
}

/** Whole or not at all, and nobody else may read it at any moment. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** @returns what stands in the lock while it is ours */
async function takeLock(path: string): Promise<string> {
  const mine = randomBytes(12).toString('hex');
  for (;;) {
    try {
      const handle = openSync(path, 'wx', 0o600);
      writeSync(handle, mine);
      closeSync(handle);
      return mine;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (ageMs(path) > lockEndsMs) rmSync(path, { force: true });
    else await sleep(lockLookMs);
  }
}

function ageMs(path: string): number {
  const info = statSync(path, { throwIfNoEntry: false });
  return info ? Date.now() - info.mtimeMs : 0;
}
