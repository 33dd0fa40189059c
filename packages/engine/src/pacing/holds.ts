import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';

/** Holds: why a whole provider waits, since when, until when. Shared by all workers; nothing in a hold spends an attempt. */

const placeScript = defineScript('place-hold', {
  keys: ['holds'],
  args: ['kind', 'scope', 'forMs', 'probe', 'reason'],
  reply: z.enum(['new', 'kept']),
});

export const holdKinds = ['person', 'credentials', 'outage', 'quota', 'retry-after', 'window'] as const;
export type HoldKind = (typeof holdKinds)[number];

export interface PlacedHold {
  kind: HoldKind;
  reason: string;
  sinceMs: number;
  /** Undefined: until somebody lifts it. With a probing hold: when the next single request is let through. */
  untilMs: number | undefined;
  /** Whether looks at running jobs wait as well. */
  stopsLooks: boolean;
}

const stored = z.object({
  since: z.number(),
  untilMs: z.union([z.number(), z.literal(false)]),
  reason: z.string(),
  scope: z.enum(['launch', 'all']),
});

/** How each kind behaves: what it stops, whether only success ends it, and how long it waits where nobody said. */
const manner: Record<HoldKind, { scope: 'launch' | 'all'; probe: boolean; forMs: number | undefined }> = {
  person: { scope: 'launch', probe: false, forMs: undefined },
  credentials: { scope: 'all', probe: true, forMs: 60_000 },
  outage: { scope: 'all', probe: true, forMs: 60_000 },
  quota: { scope: 'launch', probe: true, forMs: 30_000 },
  'retry-after': { scope: 'launch', probe: false, forMs: 5_000 },
  window: { scope: 'launch', probe: false, forMs: undefined },
};

/** @returns `new` where the provider was not held for this yet: the moment to tell people, once. */
export async function placeHold(
  { redis, keys }: LedgerContext,
  provider: string,
  hold: { kind: HoldKind; forMs: number | undefined; reason: string },
): Promise<'new' | 'kept'> {
  const { scope, probe, forMs } = manner[hold.kind];
  return placeScript(
    redis,
    { holds: keys.provider(provider).holds },
    { kind: hold.kind, scope, forMs: hold.forMs ?? forMs ?? -1, probe: probe ? '1' : '0', reason: hold.reason },
  );
}

/** @returns whether there was one to lift. */
export async function liftHold(
  { redis, keys }: LedgerContext,
  provider: string,
  kinds: readonly HoldKind[],
): Promise<boolean> {
  return (await redis.hdel(keys.provider(provider).holds, ...kinds)) > 0;
}

export async function readHolds(
  { redis, keys }: LedgerContext,
  provider: string,
  nowMs: number,
): Promise<PlacedHold[]> {
  const hash = await redis.hgetall(keys.provider(provider).holds);
  return Object.entries(hash).flatMap(([kind, json]) => {
    const hold = stored.parse(JSON.parse(json));
    const isHoldKind = (holdKinds as readonly string[]).includes(kind);
    const over = hold.untilMs !== false && hold.untilMs <= nowMs && !manner[kind as HoldKind]?.probe;
    if (!isHoldKind || over) return [];
    return [
      {
        kind: kind as HoldKind,
        reason: hold.reason,
        sinceMs: hold.since,
        untilMs: hold.untilMs === false ? undefined : hold.untilMs,
        stopsLooks: hold.scope === 'all',
      },
    ];
  });
}
