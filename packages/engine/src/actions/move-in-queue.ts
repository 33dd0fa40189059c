import { taskIdOf } from '@nightpass/core';
import pMap from 'p-map';
import { z } from 'zod';
import { type BatchRecord, refAt } from '../ledger/batch-record.ts';
import { readProcesses, readZone } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import { rewindFeed } from '../ledger/steering.ts';
import { jobName } from '../provider-run.ts';
import { jobDataOf, type TaskQueue } from '../queues.ts';

/** Putting queued tasks first or last: their launch jobs change place, and a whole batch its rank. May be run again. */

const rankScript = defineScript('rank-batch', { keys: ['batch'], args: ['id', 'priority'], reply: z.number() });

export async function rankBatch({ redis, keys }: LedgerContext, batch: BatchRecord, priority: number): Promise<void> {
  const feeds = [...new Set(batch.providers)].map((name) => keys.provider(name).feed);
  await rankScript(redis, { batch: keys.batch(batch.id) }, { id: batch.id, priority }, { keys: feeds });
}

const chunkSize = 200;

/**
 * @param indexes ascending places in the grid, all of one provider
 * @param to last of a whole batch means: when the feeder comes to it again
 */
export async function moveInQueue(
  ledger: LedgerContext,
  launch: TaskQueue,
  batch: BatchRecord,
  indexes: readonly number[],
  to: 'first' | 'last' | 'lastOfAll',
): Promise<void> {
  const processes = await readProcesses(ledger, batch.id);
  const chunks = Array.from({ length: Math.ceil(indexes.length / chunkSize) }, (_, i) =>
    indexes.slice(i * chunkSize, (i + 1) * chunkSize),
  );
  for (const chunk of to === 'first' ? chunks.reverse() : chunks) {
    const refs = chunk.map((index) => refAt(index, batch));
    // One that a worker has just taken stays: it is launched now.
    await pMap(refs, (ref) => launch.remove(taskIdOf(ref)), { concurrency: 16 });
    if (to === 'lastOfAll') continue;
    const jobs = await Promise.all(
      refs.map(async (ref) => {
        const zone = await readZone(ledger, batch.id, ref.zoneIndex);
        const name = jobName(processes[ref.processIndex]?.name ?? '', zone?.location ?? '');
        return { name, data: jobDataOf(ref), opts: { jobId: taskIdOf(ref), ...(to === 'first' && { lifo: true }) } };
      }),
    );
    await launch.addBulk(to === 'first' ? jobs.reverse() : jobs);
  }
  // Should we have died between the two, or left them to it: the feeder finds them.
  for (const provider of new Set(batch.providers)) await rewindFeed(ledger, batch.id, provider);
}
