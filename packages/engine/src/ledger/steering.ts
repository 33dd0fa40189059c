import type { BatchId } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from './context.ts';
import { defineScript } from './script.ts';

/** Where the feeder of a batch stands: moved on as it fills the queue, and back where tasks are queued again. */

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
