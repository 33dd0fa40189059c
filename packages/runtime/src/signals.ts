import { setTimeout as sleep } from 'node:timers/promises';

/** `npm run` passes a terminal's Ctrl-C on to us that the terminal has sent us already. */
const echoMs = 500;

/**
 * Resolves at the first of these signals. From then on, a second one ends the process at once, with a message:
 * whoever presses Ctrl-C twice means it.
 */
export function untilSignal(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    for (const signal of signals) {
      process.on(signal, () => {
        if (firstAtMs === undefined) {
          firstAtMs = performance.now();
          resolve(signal);
        } else if (performance.now() - firstAtMs > echoMs) {
          process.stderr.write(
            `\n${signal} again: stopping at once. What was under way is taken up at the next start.\n`,
          );
          process.exit(signal === 'SIGINT' ? 130 : 143);
        }
      });
    }
  });
}

/**
 * Waits for the work, but not longer: BullMQ's close() hangs for ever while Redis is away. The work itself goes on.
 * A failure of the work within the time is thrown.
 */
export async function withTimeout<T>(
  work: Promise<T>,
  withinMs: number,
): Promise<{ kind: 'done'; value: T } | { kind: 'timeout' }> {
  const stop = new AbortController();
  // A failure after the time is nobody's any more.
  work.catch(() => {});
  try {
    return await Promise.race([
      work.then((value) => ({ kind: 'done', value }) as const),
      sleep(withinMs, { kind: 'timeout' } as const, { signal: stop.signal }),
    ]);
  } finally {
    stop.abort();
  }
}
