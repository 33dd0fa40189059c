import { type RunningProvider, startProvider, watch } from '@nightpass/engine';
import { withTimeout } from '@nightpass/runtime';

const rebuildWithinMs = 10_000;
/** A read that takes longer hangs. */
const readWithinMs = 30_000;

/**
 * A provider's loops under the watchdog. What stands still is started anew; when that does not help, this process ends with
 * 70 (EX_SOFTWARE), and whoever supervises it starts another.
 */
export function startWatched(
  options: Parameters<typeof startProvider>[0] & {
    /** Whether Redis answers a connection of its own, made for this. */
    redisAnswers(): Promise<boolean>;
  },
): Pick<RunningProvider, 'drain'> {
  let running = startProvider(options);
  const stop = new AbortController();
  const log = options.log.child({ provider: options.name });
  const watching = watch(
    {
      read: async () => {
        const read = await withTimeout(running.progress(), readWithinMs);
        if (read.kind === 'done') return read.value;
        if (await options.redisAnswers()) {
          log.error({}, 'our connection hangs while Redis answers others, ending for the supervisor to start anew');
          process.exit(70);
        }
        throw new Error('Redis does not answer');
      },
      intervalMs: 1000 / options.limits.launchesPerSecond,
      rebuild: async (stall) => {
        await running.drain(rebuildWithinMs);
        running = startProvider(options);
        log.warn({ stall }, 'provider loops rebuilt');
      },
      giveUp: (stall) => {
        log.error({ stall }, 'rebuilding did not help, ending for the supervisor to start anew');
        process.exit(70);
      },
      log,
    },
    stop.signal,
  );
  return {
    async drain(withinMs) {
      stop.abort();
      await watching;
      return running.drain(withinMs);
    },
  };
}
