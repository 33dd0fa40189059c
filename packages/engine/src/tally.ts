import type { LedgerContext } from './ledger/context.ts';

/** A provider's counters, as the Lua steps keep them (`include/tally.lua`). */
export interface Tally {
  /** Launches sent, by process id. `*`: the rest, where there are too many. */
  launched: ReadonlyMap<string, number>;
  /** Ends of launched tasks: phase byte -> process id -> n. */
  ended: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How long holds of each kind have lasted that are over, ms. */
  heldMs: ReadonlyMap<string, number>;
  /** What its jobs have cost that told it, by unit. */
  costs: ReadonlyMap<string, number>;
  /** From a launch's intent to the platform's answer, and of whole remote jobs that succeeded; by process id. */
  answer: ReadonlyMap<string, Times>;
  run: ReadonlyMap<string, Times>;
}

export interface Times {
  sumMs: number;
  /** Upper bound in ms (infinity as well) -> how many took no longer than it, and longer than the one before. */
  buckets: ReadonlyMap<number, number>;
}

export const bucketsMs = {
  answer: [100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000],
  run: [10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000],
} as const;

export async function readTally({ redis, keys }: LedgerContext, provider: string): Promise<Tally> {
  const hash = await redis.hgetall(keys.provider(provider).tally);
  const launched = new Map<string, number>();
  const ended = new Map<string, Map<string, number>>();
  const heldMs = new Map<string, number>();
  const costs = new Map<string, number>();
  const times = { answer: new Map<string, Growing>(), run: new Map<string, Growing>() };
  for (const [field, text] of Object.entries(hash)) {
    const [what = '', detail] = (field.split(' ', 1)[0] ?? '').split(':');
    const of = field.slice(field.indexOf(' ') + 1);
    const n = Number(text);
    if (what === 'launched') launched.set(of, n);
    else if (what === 'held') heldMs.set(of, n);
    else if (what === 'cost') costs.set(of, n);
    else if (what === 'ended' && detail) ended.set(detail, (ended.get(detail) ?? new Map()).set(of, n));
    else if ((what === 'answer' || what === 'run') && detail) {
      const its = times[what].get(of) ?? { sumMs: 0, buckets: new Map<number, number>() };
      times[what].set(of, its);
      if (detail === 'sum') its.sumMs = n;
      else its.buckets.set(detail === 'inf' ? Number.POSITIVE_INFINITY : Number(detail), n);
    }
  }
  return { launched, ended, heldMs, costs, ...times };
}

type Growing = { sumMs: number; buckets: Map<number, number> };
