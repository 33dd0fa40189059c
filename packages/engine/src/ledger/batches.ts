import {
  type BatchContent,
  type BatchId,
  type Process,
  type Task,
  type TaskRef,
  taskIdOf,
  type Zone,
} from '@nightpass/core';
import { z } from 'zod';
import {
  type BatchRecord,
  batchFields,
  type Counts,
  parseBatchRecord,
  parseCounts,
  processOf,
  zoneOf,
} from './batch-record.ts';
import type { LedgerContext } from './context.ts';
import { defineScript } from './script.ts';

const openScript = defineScript('open-batch', {
  keys: ['batches', 'batch', 'grid', 'counts'],
  args: ['id', 'tasks', 'priority'],
  reply: z.enum(['new', 'known']),
});

/** Zones written in one command: enough to be quick, few enough to block nobody. */
const chunkSize = 500;

export interface NewBatch {
  id: BatchId;
  content: BatchContent;
  contentHash: string;
  file: string;
  /** The provider of each process, by its index. */
  providers: string[];
}

/**
 * Writes a batch into the ledger: its geometry once, then, in one step, all of its tasks. Safe to run again after a
 * crash at any point; a batch that is open already is left as it is.
 */
export async function openBatch({ redis, keys }: LedgerContext, batch: NewBatch): Promise<'new' | 'known'> {
  const { id, content } = batch;
  if (await redis.hexists(keys.batch(id), 'acceptedAt')) return 'known';
  await writeList(redis, keys.processes(id), content.processes);
  await writeList(redis, keys.zones(id), content.zones);
  return openScript(
    redis,
    { batches: keys.batches, batch: keys.batch(id), grid: keys.grid(id), counts: keys.counts(id) },
    { id, tasks: content.processes.length * content.zones.length, priority: content.priority },
    { keys: [...new Set(batch.providers)].map((name) => keys.provider(name).feed), args: batchFields(content, batch) },
  );
}

async function writeList(redis: LedgerContext['redis'], key: string, items: readonly unknown[]): Promise<void> {
  for (let start = 0; start < items.length; start += chunkSize) {
    const chunk = items.slice(start, start + chunkSize);
    await redis.hset(key, ...chunk.flatMap((item, i) => [String(start + i), JSON.stringify(item)]));
  }
}

export async function readBatch({ redis, keys }: LedgerContext, id: BatchId): Promise<BatchRecord | undefined> {
  const hash = await redis.hgetall(keys.batch(id));
  return hash.acceptedAt === undefined ? undefined : parseBatchRecord(hash);
}

export async function readCounts({ redis, keys }: LedgerContext, id: BatchId): Promise<Counts> {
  return parseCounts(await redis.hgetall(keys.counts(id)));
}

/** Batch ids, newest first. */
export async function listBatches(
  { redis, keys }: LedgerContext,
  page: { offset: number; limit: number },
): Promise<BatchId[]> {
  return (await redis.zrevrange(keys.batches, page.offset, page.offset + page.limit - 1)) as BatchId[];
}

/** The whole of a task as an adapter needs it; undefined where the batch has no such process or zone. */
export async function readTaskContent({ redis, keys }: LedgerContext, ref: TaskRef): Promise<Task | undefined> {
  const [process, zone] = await Promise.all([
    redis.hget(keys.processes(ref.batchId), String(ref.processIndex)),
    redis.hget(keys.zones(ref.batchId), String(ref.zoneIndex)),
  ]);
  if (process === null || zone === null) return undefined;
  return { ...ref, id: taskIdOf(ref), process: processOf(process), zone: zoneOf(zone) };
}

export async function readProcesses({ redis, keys }: LedgerContext, id: BatchId): Promise<Process[]> {
  const hash = await redis.hgetall(keys.processes(id));
  return Object.entries(hash)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, json]) => processOf(json));
}

export async function readZone(
  { redis, keys }: LedgerContext,
  id: BatchId,
  zoneIndex: number,
): Promise<Zone | undefined> {
  const json = await redis.hget(keys.zones(id), String(zoneIndex));
  return json === null ? undefined : zoneOf(json);
}
