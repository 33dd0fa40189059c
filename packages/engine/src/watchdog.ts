import type { Limits, Log } from '@nightpass/core';
import type { LedgerContext } from './ledger/context.ts';
import { readProviderStatus } from './overview.ts';
import { pause } from './pause.ts';
import type { TaskQueue } from './queues.ts';

/**
 * Measures progress, not liveness: a worker that answers every ping and launches nothing is as good as dead. What stands
 * still is rebuilt once; if that does not help, the process ends, for its supervisor to start a new one.
 */

/** What is compared from one moment to the next, for one provider. */
export interface LoopFacts {
  atMs: number;
  /** Launches ever sent, and looks ever made, by all workers. */
  launches: number;
  looks: number;
  /** Jobs in the launch queue, waiting or in hand. */
  toLaunch: number;
  /** Why launches or looks may wait: a hold, a full house, a queue paused on the board. */
  launchesMayWait: boolean;
  looksMayWait: boolean;
  /** How long the oldest look has been due. */
  behindMs: number;
}

export type Stall = 'launches' | 'looks';

/** Longer than any single answer of a platform may take, and than a dead worker's jobs are left alone. */
const patienceMs = 120_000;

/** What has stood still since `before`, if anything. @param intervalMs between two launches at the configured pace */
export function stalled(before: LoopFacts, now: LoopFacts, intervalMs: number): Stall | undefined {
  const stoodMs = now.atMs - before.atMs;
  const launchesWait = before.toLaunch > 0 && now.toLaunch > 0 && !before.launchesMayWait && !now.launchesMayWait;
  if (launchesWait && now.launches === before.launches && stoodMs > patienceMs + 3 * intervalMs) return 'launches';
  const looksWait = !before.looksMayWait && !now.looksMayWait && now.behindMs > patienceMs;
  if (looksWait && now.looks === before.looks && stoodMs > patienceMs) return 'looks';
  return undefined;
}

/** Since when to compare: moves on whenever something moved, or may rightly wait. */
export function baseline(before: LoopFacts, now: LoopFacts): LoopFacts {
  const launchesOk = now.launches !== before.launches || now.toLaunch === 0 || now.launchesMayWait;
  const looksOk = now.looks !== before.looks || now.behindMs <= patienceMs || now.looksMayWait;
  return launchesOk && looksOk ? now : before;
}

export async function readLoopFacts(
  ledger: LedgerContext,
  name: string,
  limits: Limits,
  launch: TaskQueue,
): Promise<LoopFacts> {
  const [status, counts, looks, pausedOnBoard] = await Promise.all([
    readProviderStatus(ledger, name, limits),
    launch.getJobCounts('waiting', 'active'),
    ledger.redis.hget(ledger.keys.provider(name).stats, 'looks'),
    launch.isPaused(),
  ]);
  return {
    atMs: performance.now(),
    launches: status.launches,
    looks: Number(looks ?? 0),
    toLaunch: Object.values(counts).reduce((sum, n) => sum + n, 0),
    launchesMayWait: pausedOnBoard || status.holds.length > 0 || status.inFlight >= status.maxInFlight,
    looksMayWait: status.holds.some((hold) => hold.stopsLooks),
    behindMs: status.behindMs,
  };
}

export interface Watch {
  /** @throws or hangs while Redis is away: then nothing is judged. */
  read(): Promise<LoopFacts>;
  intervalMs: number;
  /** Starts the provider's loops anew. */
  rebuild(stall: Stall): Promise<void>;
  /** Rebuilding did not help. */
  giveUp(stall: Stall): void;
  log: Log;
}

const lookEveryMs = 15_000;

/** Watches until `stop`. @param everyMs for tests */
export async function watch(
  { read, intervalMs, rebuild, giveUp, log }: Watch,
  stop: AbortSignal,
  everyMs = lookEveryMs,
): Promise<void> {
  let before: LoopFacts | undefined;
  let rebuilt = false;
  while (await pause(everyMs, stop)) {
    let now: LoopFacts;
    try {
      now = await read();
    } catch (error) {
      // Redis is away: nothing can move, and starting anew would not help.
      before = undefined;
      log.debug({ err: error }, 'progress not readable');
      continue;
    }
    const stall = before && stalled(before, now, intervalMs);
    if (stall && before) {
      log.error(
        { stall, standsForMs: now.atMs - before.atMs, toLaunch: now.toLaunch, behindMs: now.behindMs },
        'no progress',
      );
      if (rebuilt) return giveUp(stall);
      await rebuild(stall);
      rebuilt = true;
      before = undefined;
      continue;
    }
    const next = before ? baseline(before, now) : now;
    if (before && next === now && (now.launches !== before.launches || now.looks !== before.looks)) rebuilt = false;
    before = next;
  }
}
