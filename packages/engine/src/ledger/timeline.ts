import { type BatchId, type Phase, phaseOfByte } from '@nightpass/core';
import type { LedgerContext } from './context.ts';

/** How many tasks of a batch came into which phase, by the minute: counted in the steps that move them (`move.lua`). */
export interface Moment {
  atMs: number;
  phase: Phase;
  count: number;
}

/** Oldest first. */
export async function readTimeline({ redis, keys }: LedgerContext, id: BatchId): Promise<Moment[]> {
  const hash = await redis.hgetall(keys.timeline(id));
  return Object.entries(hash)
    .map(([field, n]) => ({
      atMs: Number(field.slice(0, -1)) * 1000,
      phase: phaseOfByte(field.slice(-1)),
      count: Number(n),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}
