import { setTimeout as sleep } from 'node:timers/promises';
import { withTimeout } from '@nightpass/runtime';
import { type PartEnd, type PartOptions, type PartProcess, startPart } from './part-process.ts';

/** Keeps parts running: whatever dies is started again, with more and more rest for one that dies at once. */

export interface KeptPart extends PartOptions {
  /** e.g. `worker 2` */
  name: string;
}

export type PartEvent =
  | { event: 'started'; name: string; pid: number | undefined }
  | { event: 'ended'; name: string; pid: number | undefined; end: PartEnd; livedMs: number; againInMs: number };

export interface Supervisor {
  /** Of the parts that run now. */
  pids(): number[];
  /** Asks all to end, and waits; what has not ended after `withinMs` is killed. */
  stop(withinMs: number): Promise<'clean' | 'killed'>;
}

const firstRestMs = 500;
const longestRestMs = 30_000;
/** A part that lived so long is not one that dies at once. */
const healthyMs = 30_000;

export function restAfter(deathsInARow: number): number {
  return Math.min(firstRestMs * 2 ** (deathsInARow - 1), longestRestMs);
}

export function superviseParts(parts: readonly KeptPart[], tell: (event: PartEvent) => void): Supervisor {
  const stopping = new AbortController();
  const running = new Set<PartProcess>();

  async function keep({ name, ...options }: KeptPart): Promise<void> {
    let deathsInARow = 0;
    while (!stopping.signal.aborted) {
      const startedMs = performance.now();
      const process = startPart(options);
      running.add(process);
      tell({ event: 'started', name, pid: process.pid });
      const end = await process.ended;
      running.delete(process);
      if (stopping.signal.aborted) return;
      const livedMs = performance.now() - startedMs;
      deathsInARow = livedMs > healthyMs ? 1 : deathsInARow + 1;
      const againInMs = restAfter(deathsInARow);
      tell({ event: 'ended', name, pid: process.pid, end, livedMs, againInMs });
      await sleep(againInMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const keeping = Promise.all(parts.map(keep));
  return {
    pids: () => [...running].flatMap(({ pid }) => pid ?? []),
    async stop(withinMs) {
      stopping.abort();
      for (const process of running) process.kill('SIGTERM');
      if ((await withTimeout(keeping, withinMs)).kind === 'done') return 'clean';
      for (const process of running) process.kill('SIGKILL');
      await keeping;
      return 'killed';
    },
  };
}
