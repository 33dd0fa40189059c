import { setMaxListeners } from 'node:events';
import type { Limits, Log, Provider } from '@nightpass/core';
import { parseTaskId } from '@nightpass/core';
import { feedOnce, feedWhatWasLost } from './feeder.ts';
import { launchTurn } from './launch/launch-turn.ts';
import { createLease, type Lease } from './lease.ts';
import type { LedgerContext } from './ledger/context.ts';
import { launchQueue, trackQueue } from './ledger/keys.ts';
import { sweepOrphans } from './orphans.ts';
import { liftHold } from './pacing/holds.ts';
import { pause } from './pause.ts';
import { createBatchCache, type ProviderRun } from './provider-run.ts';
import type { QueueTelemetry } from './queue-telemetry.ts';
import { type Connection, createQueues, startTaskWorker } from './queues.ts';
import { createSweep } from './sweep/sweep.ts';
import { trackTurn } from './track.ts';
import { type LoopFacts, readLoopFacts } from './watchdog.ts';

/** Longer than a Redis blip, short enough that a dead holder is soon replaced. */
const leaseMs = 10_000;
const idleMs = 250;
const healEveryMs = 10_000;

export interface RunningProvider {
  /** What the watchdog compares. */
  progress(): Promise<LoopFacts>;
  /** No new work; what is in flight finishes or is handed over. Resolves within about `withinMs`, whatever Redis does. */
  drain(withinMs: number): Promise<'clean' | 'gaveUp'>;
}

/** Starts the loops of one provider: launch, track, sweep, feed. Every worker runs them all; leases say whose turn it is. */
export function startProvider(options: {
  name: string;
  adapter: Provider;
  limits: Limits;
  ledger: LedgerContext;
  /** For BullMQ; blocking reads need their own connections. */
  connection: Connection;
  runway: number;
  log: Log;
  /** Undefined: the queues are not traced. */
  telemetry?: QueueTelemetry | undefined;
}): RunningProvider {
  const { name, ledger, connection, limits, telemetry } = options;
  const log = options.log.child({ provider: name });
  const stop = new AbortController();
  const giveUp = new AbortController();
  // Every wait of every loop, launch and search hangs on these.
  setMaxListeners(0, stop.signal, giveUp.signal);
  const queues = createQueues(ledger.keys, name, connection, log, telemetry);
  const run: ProviderRun = {
    name,
    adapter: options.adapter,
    limits,
    ledger,
    queues,
    batches: createBatchCache(ledger),
    log,
    random: Math.random,
  };

  // The hours may have been configured anew since; where they have not, the next launch sets the hold again.
  liftHold(ledger, name, ['window']).catch((error: Error) => log.debug({ error: error.message }, 'window not lifted'));

  const shared = { keys: ledger.keys, connection, log, telemetry };
  const launchWorker = startTaskWorker({
    ...shared,
    name: launchQueue(name),
    concurrency: limits.launchConcurrency,
    keep: { count: 0 },
    turn: async (job, token) => {
      const ref = parseTaskId(job.id ?? '');
      if (!ref) return { kind: 'failed', reason: `${job.id} is no task id` };
      return launchTurn(run, ref, token, { stop: stop.signal, giveUp: giveUp.signal });
    },
  });
  const trackWorker = startTaskWorker({
    ...shared,
    name: trackQueue(name),
    concurrency: 20,
    keep: { age: 7 * 86_400, count: 100_000 },
    turn: (job) => trackTurn(run, job),
  });

  const sweep = createSweep(run);
  const keysOf = ledger.keys.provider(name);
  const loops = [
    underLease('sweep', createLease(ledger.redis, keysOf.lease('sweep'), leaseMs), async () => {
      const nextMs = await sweep.once(stop.signal);
      return Math.min(nextMs ?? idleMs, idleMs);
    }),
    underLease('feed', createLease(ledger.redis, keysOf.lease('feed'), leaseMs), feedTurn(run, options.runway)),
    sweepOrphans(run, stop.signal),
  ];

  /** Runs `turn` again and again while we hold the lease. A turn that throws is told and tried again: loops never end by themselves. */
  async function underLease(loop: string, lease: Lease, turn: () => Promise<number>): Promise<void> {
    let renewedAtMs = Number.NEGATIVE_INFINITY;
    let troubled = false;
    while (!stop.signal.aborted) {
      try {
        if (performance.now() - renewedAtMs > leaseMs / 4) {
          if (!(await lease.hold())) {
            await pause(1_000, stop.signal);
            continue;
          }
          renewedAtMs = performance.now();
        }
        await pause(await turn(), stop.signal);
        if (troubled) log.info({ loop }, 'loop recovered');
        troubled = false;
      } catch (error) {
        renewedAtMs = Number.NEGATIVE_INFINITY;
        if (!troubled) log.error({ loop, err: error }, 'loop failed, trying again');
        troubled = true;
        await pause(1_000, stop.signal);
      }
    }
    await lease.release().catch(() => undefined);
  }

  return {
    progress: () => readLoopFacts(ledger, name, limits, queues.launch),
    async drain(withinMs) {
      stop.abort();
      // The last tenth is for writing down that the answers still out are lost.
      const giveUpTimer = setTimeout(() => giveUp.abort(), withinMs * 0.8);
      let timer: NodeJS.Timeout | undefined;
      const timeUp = new Promise<'gaveUp'>((resolve) => {
        timer = setTimeout(() => resolve('gaveUp'), withinMs);
      });
      const clean = Promise.all([launchWorker.drain(), trackWorker.drain(), ...loops]).then(async () => {
        await sweep.over();
        await Promise.all([queues.launch.close(), queues.track.close()]);
        return 'clean' as const;
      });
      const how = await Promise.race([clean, timeUp]);
      clearTimeout(giveUpTimer);
      clearTimeout(timer);
      if (how === 'gaveUp') {
        launchWorker.abandon();
        trackWorker.abandon();
      }
      return how;
    },
  };
}

function feedTurn(run: ProviderRun, runway: number): () => Promise<number> {
  let healedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if ((await feedOnce(run, runway)) > 0) return 0;
    if (performance.now() - healedAtMs > healEveryMs) {
      healedAtMs = performance.now();
      const batches = await feedWhatWasLost(run);
      if (batches > 0) run.log.warn({ batches }, 'queued tasks without a launch job found');
    }
    return idleMs;
  };
}
