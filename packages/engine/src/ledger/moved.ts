import { endianness } from 'node:os';
import type { BatchId } from '@nightpass/core';
import type { LedgerContext } from './context.ts';

/**
 * When tasks last moved: a string beside the grid, 4 bytes a task, written in the step that moves it (`move.lua`). Unix
 * seconds, big-endian. It may be shorter than the grid, or not there at all: what was not written is not known.
 */

const bytesEach = 4;

/** Unix ms. Whole seconds: from the one that `movedSinceMs` lies in, up to and without `movedUntilMs`. */
export interface MovedSpan {
  movedSinceMs?: number | undefined;
  movedUntilMs?: number | undefined;
}

/** The seconds that are meant, from `from` up to and without `to`; undefined: all, and those not known. */
export function secondsOf({ movedSinceMs, movedUntilMs }: MovedSpan): { from: number; to: number } | undefined {
  if (movedSinceMs === undefined && movedUntilMs === undefined) return undefined;
  return {
    from: Math.max(1, Math.floor((movedSinceMs ?? 0) / 1000)),
    to: movedUntilMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(movedUntilMs / 1000),
  };
}

export const isWithin = (second = 0, { from, to }: { from: number; to: number }): boolean =>
  second >= from && second < to;

/** Of the places `from` to `to` of the grid, both included: Unix seconds, 0 where it is not known. */
export async function readMoved(
  { redis, keys }: LedgerContext,
  id: BatchId,
  from: number,
  to: number,
): Promise<Uint32Array<ArrayBuffer>> {
  const bytes = await redis.getrangeBuffer(keys.moved(id), from * bytesEach, (to + 1) * bytesEach - 1);
  const seconds = new Uint32Array(to - from + 1);
  const copy = Buffer.from(seconds.buffer);
  bytes.copy(copy);
  if (endianness() === 'LE') copy.swap32();
  return seconds;
}

/** Of single places, in one round trip: Unix ms, undefined where it is not known. */
export async function movedAtMs(
  { redis, keys }: LedgerContext,
  id: BatchId,
  indexes: readonly number[],
): Promise<(number | undefined)[]> {
  if (indexes.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const index of indexes) pipeline.getrangeBuffer(keys.moved(id), index * bytesEach, (index + 1) * bytesEach - 1);
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, bytes]) => {
    if (error) throw error;
    const known = bytes instanceof Buffer && bytes.length === bytesEach ? bytes.readUInt32BE() : 0;
    return known === 0 ? undefined : known * 1000;
  });
}
