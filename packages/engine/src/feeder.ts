import type { BatchId, TaskId, TaskRef } from '@nightpass/core';
import { zoneOf } from './ledger/batch-record.ts';
import { readCounts } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import { walkGrid } from './ledger/reading.ts';
import { advanceFeed, readCursor, rewindFeed } from './ledger/steering.ts';
import { type CachedBatch, jobName, type ProviderRun } from './provider-run.ts';
import { jobDataOf } from './queues.ts';

/**
 * The feeder keeps a provider's launch queue filled from the ledger up to a runway: a batch of a million tasks costs Redis
 * its bytes of state and a runway of jobs. What comes next, and for which batch, is decided here and nowhere else.
 */

const chunkSize = 500;

/** Adds at most a chunk. @returns how many tasks were added. */
export async function feedOnce(run: ProviderRun, runway: number): Promise<number> {
  const { ledger } = run;
  const [next] = (await ledger.redis.zrange(ledger.keys.provider(run.name).feed, '0', '0')) as BatchId[];
  if (next === undefined) return 0;
  const counts = await run.queues.launch.getJobCounts('waiting', 'active', 'delayed');
  const room = runway - Object.values(counts).reduce((sum, n) => sum + n, 0);
  if (room <= 0) return 0;
  const batch = await run.batches.get(next);
  if (!batch) return 0;

  const cursor = await readCursor(ledger, next, run.name);
  const chunk: { id: TaskId; ref: TaskRef }[] = [];
  let resumeAt: number | 'end' = 'end';
  for await (const task of walkGrid(ledger, batch.record, (phase) => phase === 'queued', cursor.index)) {
    if (batch.record.providers[task.ref.processIndex] !== run.name) continue;
    if (chunk.length >= Math.min(chunkSize, room)) {
      resumeAt = task.index;
      break;
    }
    chunk.push(task);
  }
  if (chunk.length > 0) {
    const names = await namesOf(
      ledger,
      batch,
      chunk.map((it) => it.ref),
    );
    // What is urgent goes in front of what waits already; within a chunk the first comes first either way.
    const lifo = batch.record.priority > 0;
    const jobs = chunk.map(({ id, ref }, i) => ({
      name: names[i] ?? id,
      data: jobDataOf(ref),
      opts: { jobId: id, ...(lifo && { lifo }) },
    }));
    await run.queues.launch.addBulk(lifo ? jobs.reverse() : jobs);
  }
  // Should we die before this, the chunk is added once more: a job's id is its task's, and the ledger launches it once.
  await advanceFeed(ledger, next, run.name, cursor, resumeAt);
  return chunk.length;
}

/** Batches looked through for queued tasks that the queue has lost. */
const healBatches = 50;

/**
 * Finds queued tasks that no launch job stands for any more: removed on the board, or lost by a crash between two steps.
 * @returns how many batches are fed again.
 */
export async function feedWhatWasLost(run: ProviderRun): Promise<number> {
  const { ledger } = run;
  const counts = await run.queues.launch.getJobCounts('waiting', 'active', 'delayed');
  if (Object.values(counts).some((n) => n > 0)) return 0;
  if ((await ledger.redis.zcard(ledger.keys.provider(run.name).feed)) > 0) return 0;
  let healed = 0;
  for (const id of (await ledger.redis.zrevrange(ledger.keys.batches, 0, healBatches - 1)) as BatchId[]) {
    const batch = await run.batches.get(id);
    if (!batch?.record.providers.includes(run.name) || batch.record.endedAtMs !== undefined) continue;
    if ((await readCounts(ledger, id)).queued === 0) continue;
    await rewindFeed(ledger, id, run.name);
    healed += 1;
  }
  return healed;
}

/** How the board calls each task. Zones are read by the chunk, their geometry is dropped at once. */
async function namesOf(
  { redis, keys }: LedgerContext,
  batch: CachedBatch,
  refs: readonly TaskRef[],
): Promise<string[]> {
  const zones = await redis.hmget(keys.zones(batch.record.id), ...refs.map((ref) => String(ref.zoneIndex)));
  return refs.map((ref, i) =>
    jobName(batch.processes[ref.processIndex]?.name ?? '', zones[i] ? zoneOf(zones[i]).location : ''),
  );
}
