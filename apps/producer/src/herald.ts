import type { Limits } from '@nightpass/core';
import {
  createHeraldLease,
  deliverOnce,
  type LedgerContext,
  type Marks,
  type ProgressFacts,
  progressIsReal,
  readProgress,
  tellDeadlinesOutOfReach,
} from '@nightpass/engine';
import type { Channel, Log, SendAnswer } from '@nightpass/runtime';
import { createBell } from './bell.ts';
import { forever } from './forever.ts';

/** Tells people what the ledger noted for them, and pings while the night really goes on. Whatever fails here, the work goes on. */

export interface HeraldOptions {
  ledger: LedgerContext;
  /** Those configured here: deadlines and progress are judged by their limits. */
  providers: ReadonlyMap<string, Limits>;
  channels: readonly Channel[];
  ping?: { send(): Promise<SendAnswer>; everyMs: number } | undefined;
  boardUrl?: string | undefined;
  /** Whether reports are written beside the results: then people are told their names. */
  reportsBeside?: boolean;
  log: Log;
  /** Another herald takes over so long after this one died; 45 s unless given: longer than any send may take. */
  leaseMs?: number;
  /** How often notices are looked for; 1 s unless given. */
  everyMs?: number;
  /** A notice waits so long for others; see deliverOnce. */
  gatherMs?: number;
  /** Before the first retry; 5 s unless given. Doubles up to 5 min. */
  retryMs?: number;
}

export interface RunningHerald {
  /** Ends after what is under way. Waits for Redis, where that is away. */
  close(): Promise<void>;
}

const deadlinesEveryMs = 60_000;
const retryCapMs = 5 * 60_000;

export function startHerald(options: HeraldOptions): RunningHerald {
  const { ledger, providers, channels, ping, log, leaseMs = 45_000, everyMs = 1000 } = options;
  const stop = new AbortController();
  const lease = createHeraldLease(ledger, leaseMs);
  let heldUntilMs = 0;
  // Nothing is begun in the lease's last half: a send that takes long ends before another herald may begin.
  const serves = () => !stop.signal.aborted && performance.now() < heldUntilMs - leaseMs / 2;
  const loop = (name: string, turn: () => Promise<number>) =>
    forever(name, { bell: createBell(stop.signal), stop: stop.signal, log, retryMs: 1000 }, turn);

  for (const channel of channels) {
    const problem = channel.problem();
    if (problem !== undefined) log.error({ channel: channel.name, reason: problem }, 'nobody can be told this way');
  }
  const loops = [
    loop('herald lease', async () => {
      const askedAtMs = performance.now();
      heldUntilMs = (await lease.hold()) ? askedAtMs + leaseMs : 0;
      return leaseMs / 5;
    }),
    ...channels.map((channel) => {
      const turn = deliveryTurn(channel, options);
      return loop(`herald ${channel.name}`, async () => (serves() ? turn() : everyMs));
    }),
    loop('herald deadlines', async () => {
      if (!serves()) return everyMs;
      for (const batch of await tellDeadlinesOutOfReach(ledger, providers)) {
        log.warn({ batch }, 'deadline out of reach');
      }
      return deadlinesEveryMs;
    }),
  ];
  if (ping) {
    const turn = createPingTurn(ping, () => readProgress(ledger, providers), log);
    loops.push(loop('herald ping', async () => (serves() ? turn() : everyMs)));
  }
  return {
    async close() {
      stop.abort();
      await Promise.all(loops);
      await lease.release();
    },
  };
}

/** @returns a turn that answers with the milliseconds until the next */
function deliveryTurn(channel: Channel, options: HeraldOptions): () => Promise<number> {
  const { ledger, boardUrl, reportsBeside = false, everyMs = 1000, retryMs = 5000 } = options;
  const log = options.log.child({ channel: channel.name });
  let failures = 0;
  let told: string | undefined;
  return async () => {
    const about = { boardUrl, reportsBeside, ...(options.gatherMs !== undefined && { gatherMs: options.gatherMs }) };
    const delivery = await deliverOnce(ledger, channel, about);
    switch (delivery.kind) {
      case 'idle':
        return everyMs;
      case 'sent':
        log.info({ notices: delivery.notices }, failures > 0 ? 'notices delivered after all' : 'notices delivered');
        failures = 0;
        told = undefined;
        return 0;
      case 'failed':
        if (delivery.reason !== told) log.warn({ reason: delivery.reason }, 'notices not delivered, trying again');
        if (delivery.dropped > 0) log.warn({ dropped: delivery.dropped }, 'notices dropped');
        told = delivery.reason;
        failures += 1;
        return Math.min(retryCapMs, retryMs * 2 ** Math.min(failures - 1, 10));
      default:
        return delivery satisfies never;
    }
  };
}

/** @returns a turn that pings if the night goes on, and answers with the milliseconds until the next */
export function createPingTurn(
  { send, everyMs }: NonNullable<HeraldOptions['ping']>,
  read: () => Promise<ProgressFacts>,
  log: Log,
): () => Promise<number> {
  let marks: Marks = new Map();
  let stands = false;
  let trouble: string | undefined;
  return async () => {
    const progress = progressIsReal(marks, await read());
    marks = progress.marks;
    if (progress.real === stands) {
      stands = !progress.real;
      if (stands) log.error({ standing: progress.standing }, 'work stands still, no ping is sent');
      else log.info({}, 'work goes on, pings are sent again');
    }
    if (!progress.real) return everyMs;
    const answer = await send();
    const reason = answer.kind === 'failed' ? answer.reason : undefined;
    if (reason !== undefined && reason !== trouble) log.warn({ reason }, 'ping failed');
    trouble = reason;
    return everyMs;
  };
}
