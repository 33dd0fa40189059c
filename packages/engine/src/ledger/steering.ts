import { type BatchId, phaseByte, type redrivablePhases, type TaskId } from '@nightpass/core';
import { z } from 'zod';
import type { BatchRecord } from './batch-record.ts';
import { type LedgerContext, phaseKeys } from './context.ts';
import { defineScript } from './script.ts';

/** What people do to a batch: redrive, cancel. In slices of the grid, so that no step blocks Redis. */

const redriveScript = defineScript('redrive-slice', {
  keys: ['batch', 'grid', 'counts', 'ended', 'due'],
  args: ['first', 'last', 'phases', 'zones', 'prefix', 'by'],
  reply: z.array(z.string()),
});

const cancelScript = defineScript('cancel-slice', {
  keys: ['batch', 'grid', 'counts', 'ended'],
  args: ['first', 'last', 'zones', 'prefix', 'reason'],
  reply: z.tuple([z.number(), z.number()], z.string()),
});

const rewindScript = defineScript('rewind-feed', {
  keys: ['batch', 'feed', 'cursor'],
  args: ['id', 'provider'],
  reply: z.number(),
});
const advanceScript = defineScript('advance-feed', {
  keys: ['feed', 'cursor'],
  args: ['id', 'provider', 'was', 'index'],
  reply: z.number(),
});

export type RedrivablePhase = (typeof redrivablePhases)[number];

/** Tasks in one script call: each costs some 15 Redis commands. */
export const sliceSize = 500;

interface Slice {
  first: number;
  last: number;
}

/** @returns the tasks of the slice that are queued again. The feed must be rewound afterwards. */
export async function redriveSlice(
  { redis, keys }: LedgerContext,
  batch: BatchRecord,
  provider: string,
  slice: Slice,
  by: { phases: readonly RedrivablePhase[]; who: string },
): Promise<TaskId[]> {
  const ids = await redriveScript(
    redis,
    { ...phaseKeys(keys, batch.id), due: keys.provider(provider).due },
    {
      ...slice,
      phases: by.phases.map((phase) => phaseByte[phase]).join(''),
      zones: batch.zoneCount,
      prefix: keys.taskPrefix,
      by: by.who,
    },
  );
  return ids as TaskId[];
}

/** @returns how many of the slice ended at once, how many are to be cancelled remotely, and which of those may be looked at now. */
export async function cancelSlice({ redis, keys }: LedgerContext, batch: BatchRecord, slice: Slice, reason: string) {
  const [ended, remote, ...wake] = await cancelScript(redis, phaseKeys(keys, batch.id), {
    ...slice,
    zones: batch.zoneCount,
    prefix: keys.taskPrefix,
    reason,
  });
  return { ended, remote, wake: wake as TaskId[] };
}

export async function rewindFeed({ redis, keys }: LedgerContext, id: BatchId, provider: string): Promise<void> {
  await rewindScript(
    redis,
    { batch: keys.batch(id), feed: keys.provider(provider).feed, cursor: keys.cursor(id) },
    { id, provider },
  );
}

export interface FeedCursor {
  /** As it was read: only if nobody moved it since may it be advanced. */
  raw: string;
  index: number;
}

export async function readCursor({ redis, keys }: LedgerContext, id: BatchId, provider: string): Promise<FeedCursor> {
  const raw = (await redis.hget(keys.cursor(id), provider)) ?? '0:0';
  return { raw, index: Number(raw.split(':')[1]) };
}

/** @param index the next to be looked at; 'end' takes the batch off the feed. */
export async function advanceFeed(
  { redis, keys }: LedgerContext,
  id: BatchId,
  provider: string,
  was: FeedCursor,
  index: number | 'end',
): Promise<boolean> {
  const done = await advanceScript(
    redis,
    { feed: keys.provider(provider).feed, cursor: keys.cursor(id) },
    { id, provider, was: was.raw, index: index === 'end' ? -1 : index },
  );
  return done === 1;
}
