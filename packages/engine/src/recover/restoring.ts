import type { BatchContent, BatchId, TaskRef } from '@nightpass/core';
import { z } from 'zod';
import { batchFields } from '../ledger/batch-record.ts';
import { type LedgerContext, phaseKeys } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import type { ArchivedBatch } from './archive.ts';
import type { Fate, LostTask } from './matching.ts';

/** What a recovery writes into the ledger: each step is one script, and safe to run again. */

const openScript = defineScript('restore-open', {
  keys: ['batches', 'batch', 'grid', 'counts'],
  args: ['id', 'tasks', 'priority', 'acceptedAt'],
  reply: z.union([z.tuple([z.literal('recovering'), z.number()]), z.tuple([z.literal('known')])]),
});

const word = z.enum(['adopted', 'parked', 'kept']);
const tasksScript = defineScript('restore-tasks', {
  keys: ['batch', 'grid', 'counts', 'ended', 'due', 'inflight', 'claims'],
  args: [],
  reply: z.array(word),
});

const closeScript = defineScript('restore-close', { keys: ['batch'], args: ['id'], reply: z.number() });

const zonesAtOnce = 500;

/** @returns since when it is being recovered, Unix ms on the ledger's clock; undefined where it is known whole. */
export async function openLost({ redis, keys }: LedgerContext, batch: ArchivedBatch): Promise<number | undefined> {
  const { id, content } = batch;
  if ((await readMark({ redis, keys }, id)) === 'known') return undefined;
  await writeList({ redis, keys }, keys.processes(id), content.processes);
  await writeList({ redis, keys }, keys.zones(id), content.zones);
  const about = { file: batch.files[0] ?? `${id}.json`, contentHash: batch.contentHash, providers: batch.providers };
  const [, since] = await openScript(
    redis,
    { batches: keys.batches, batch: keys.batch(id), grid: keys.grid(id), counts: keys.counts(id) },
    { id, tasks: taskCount(content), priority: content.priority, acceptedAt: Math.floor(batch.acceptedAtMs) },
    { args: batchFields(content, about) },
  );
  return since;
}

/** Whether a batch is missing in the ledger, is known whole, or waits for a recovery to be completed. */
export async function readMark({ redis, keys }: LedgerContext, id: BatchId): Promise<'missing' | 'known' | 'waiting'> {
  const [acceptedAt, recovering] = await redis.hmget(keys.batch(id), 'acceptedAt', 'recovering');
  if (acceptedAt === null || acceptedAt === undefined) return 'missing';
  return recovering === null ? 'known' : 'waiting';
}

export interface Restored {
  lost: LostTask;
  /** Its place in the grid. */
  index: number;
  fate: Exclude<Fate, { kind: 'queue' }>;
}

/** @param items of one batch and one provider */
export async function restoreTasks(
  { redis, keys }: LedgerContext,
  id: BatchId,
  provider: string,
  items: readonly Restored[],
): Promise<z.infer<typeof word>[]> {
  const { due, inflight, claims } = keys.provider(provider);
  return tasksScript(
    redis,
    { ...phaseKeys(keys, id), due, inflight, claims },
    {},
    {
      keys: items.map(({ lost }) => keys.task(lost.task)),
      args: items.flatMap(({ lost, index, fate }) => {
        const head = [lost.id, index, fate.kind, fate.rule, fate.reason];
        if (fate.kind === 'park') return [...head, 0, 0, '', '', '[]'];
        const { job, attempt, launchedAtMs, others } = fate;
        return [...head, attempt, Math.floor(launchedAtMs), job.id, job.address, JSON.stringify(others)];
      }),
    },
  );
}

/** From here on what is queued of it is launched. */
export async function closeLost({ redis, keys }: LedgerContext, { id, providers }: ArchivedBatch): Promise<void> {
  const feeds = [...new Set(providers)].map((name) => keys.provider(name).feed);
  await closeScript(redis, { batch: keys.batch(id) }, { id }, { keys: feeds });
}

export const taskCount = ({ processes, zones }: BatchContent) => processes.length * zones.length;

export const indexOf = ({ processIndex, zoneIndex }: TaskRef, { zones }: BatchContent) =>
  processIndex * zones.length + zoneIndex;

async function writeList({ redis }: LedgerContext, key: string, items: readonly unknown[]): Promise<void> {
  for (let start = 0; start < items.length; start += zonesAtOnce) {
    const chunk = items.slice(start, start + zonesAtOnce);
    await redis.hset(key, ...chunk.flatMap((item, i) => [String(start + i), JSON.stringify(item)]));
  }
}
