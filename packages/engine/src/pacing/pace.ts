import type { Limits } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import { spacingMs } from './spacing.ts';

/**
 * Slots for launches and reads, shared by all workers and hosts, on Redis's clock. GCRA without burst keeps them evenly
 * apart; that no sliding second holds more launches than allowed, however late a caller wakes, is the intent's own check.
 */

const reserveScript = defineScript('reserve', {
  keys: ['pace', 'holds', 'inflight', 'learned'],
  args: ['scope', 'intervalMs', 'maxInFlight', 'lookAheadMs'],
  reply: z.union([
    z.tuple([z.enum(['go', 'later', 'full']), z.number()]),
    z.tuple([z.literal('probe'), z.number(), z.string()]),
    z.tuple([z.literal('held'), z.string(), z.number(), z.string()]),
  ]),
});

export type Slot =
  /** `probe`: the caller alone is let through a hold of this kind, to see whether it is over. */
  | { kind: 'go'; waitMs: number; probe: string | undefined }
  /** Too far ahead to be given out: ask again. */
  | { kind: 'later'; waitMs: number }
  | { kind: 'full'; inFlight: number }
  | { kind: 'held'; hold: string; untilMs: number | undefined; reason: string };

/** A slot further ahead than this is not given out: if its owner died, the pace would stand still for it. */
const lookAheadMs = 2_000;

export async function reserveSlot(
  { redis, keys }: LedgerContext,
  provider: string,
  scope: 'launch' | 'read',
  limits: Limits,
): Promise<Slot> {
  const its = keys.provider(provider);
  const reply = await reserveScript(
    redis,
    {
      pace: scope === 'launch' ? its.launchPace : its.readPace,
      holds: its.holds,
      inflight: its.inflight,
      learned: its.learned,
    },
    {
      scope,
      intervalMs: spacingMs(scope === 'launch' ? limits.launchesPerSecond : limits.readsPerSecond),
      maxInFlight: limits.maxInFlight,
      lookAheadMs,
    },
  );
  switch (reply[0]) {
    case 'go':
      return { kind: 'go', waitMs: reply[1], probe: undefined };
    case 'probe':
      return { kind: 'go', waitMs: reply[1], probe: reply[2] };
    case 'later':
      return { kind: 'later', waitMs: reply[1] };
    case 'full':
      return { kind: 'full', inFlight: reply[1] };
    case 'held': {
      const [, hold, untilMs, reason] = reply;
      return { kind: 'held', hold, untilMs: untilMs < 0 ? undefined : untilMs, reason };
    }
    default:
      return reply satisfies never;
  }
}

const slowDownScript = defineScript('slow-down', { keys: ['learned'], args: [], reply: z.coerce.number() });

/** The platform refused and named no time: half the pace. @returns the share of the configured pace that is left. */
export async function slowDown({ redis, keys }: LedgerContext, provider: string): Promise<number> {
  return slowDownScript(redis, { learned: keys.provider(provider).learned }, {});
}

/** The share of the configured launch pace that the platform is believed to bear; 1 where nothing was learned. */
export async function learnedShare({ redis, keys }: LedgerContext, provider: string, nowMs: number): Promise<number> {
  const [factor, at] = await redis.hmget(keys.provider(provider).learned, 'factor', 'at');
  if (!factor || !at) return 1;
  return Math.min(1, Number(factor) + 0.1 * Math.floor((nowMs - Number(at)) / 60_000));
}
