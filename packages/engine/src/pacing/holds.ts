import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import { noticeKeys } from '../notices/notice-keys.ts';

/** Holds: why a whole provider waits, since when, until when. Shared by all workers; nothing in a hold spends an attempt. */

const placeScript = defineScript('place-hold', {
  keys: ['holds', 'told', 'inflight', 'notices'],
  args: ['kind', 'scope', 'forMs', 'probe', 'reason', 'provider', 'quietMs'],
  reply: z.enum(['new', 'kept']),
});

const liftScript = defineScript('lift-hold', { keys: ['holds', 'notices'], args: ['provider'], reply: z.number() });

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

/** A hold that flaps is told once in so long. What a person does is told each time; a Retry-After and a window never. */
const flapQuietMs = 10 * 60_000;
const quietMs = (kind: HoldKind) => {
  if (kind === 'retry-after' || kind === 'window') return -1;
  return kind === 'person' ? 0 : flapQuietMs;
};

/** Tells people of it, in the same step. @returns `new` where the provider was not held for this yet. */
export async function placeHold(
  ledger: LedgerContext,
  provider: string,
  hold: { kind: HoldKind; forMs: number | undefined; reason: string },
): Promise<'new' | 'kept'> {
  const { scope, probe, forMs } = manner[hold.kind];
  const { holds, inflight } = ledger.keys.provider(provider);
  const { notices, told } = noticeKeys(ledger);
  return placeScript(
    ledger.redis,
    { holds, inflight, notices, told: told(provider) },
    {
      kind: hold.kind,
      scope,
      forMs: hold.forMs ?? forMs ?? -1,
      probe: probe ? '1' : '0',
      reason: hold.reason,
      provider,
      quietMs: quietMs(hold.kind),
    },
  );
}

/** Tells people of it, in the same step. @returns whether there was one to lift. */
export async function liftHold(ledger: LedgerContext, provider: string, kinds: readonly HoldKind[]): Promise<boolean> {
  const { holds } = ledger.keys.provider(provider);
  const { notices } = noticeKeys(ledger);
  const lifted = await liftScript(ledger.redis, { holds, notices }, { provider }, { args: [...kinds] });
  return lifted > 0;
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
