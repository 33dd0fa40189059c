import type { BatchId, redrivablePhases, TaskRef } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';
import { type BatchRecord, gridIndex } from './ledger/batch-record.ts';
import { readBatch, readCounts } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import { ledgerNow } from './ledger/reading.ts';
import { cancelSlice, type RedrivablePhase, redriveSlice, rewindFeed, sliceSize } from './ledger/steering.ts';
import { jobDataOf, type TaskQueue } from './queues.ts';

/** What people do to a batch. Each runs slice by slice, may be stopped at any point, and may be run again. */

export type Redriven = Record<RedrivablePhase, number>;

/** @returns how many tasks a redrive of these phases would take back, per phase. */
export async function countRedrivable(
  ledger: LedgerContext,
  id: BatchId,
  phases: readonly RedrivablePhase[],
): Promise<number> {
  const counts = await readCounts(ledger, id);
  return phases.reduce((sum, phase) => sum + counts[phase], 0);
}

/** Takes the tasks of the batch that ended in one of `phases` back to the queue. @returns how many. */
export async function redriveBatch(
  ledger: LedgerContext,
  id: BatchId,
  by: { phases: readonly RedrivablePhase[]; who: string; onProgress?: (done: number, of: number) => void },
): Promise<number> {
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error(`no batch ${id}`);
  let redriven = 0;
  for (const slice of slicesOf(batch)) {
    redriven += (await redriveSlice(ledger, batch, batch.providers[slice.processIndex] ?? '', slice, by)).length;
    by.onProgress?.(slice.last + 1, batch.taskCount);
  }
  for (const provider of new Set(batch.providers)) await rewindFeed(ledger, id, provider);
  return redriven;
}

/** Takes one task back to the queue. */
export async function redriveTask(
  ledger: LedgerContext,
  launch: TaskQueue,
  batch: BatchRecord,
  ref: TaskRef,
  who: string,
): Promise<void> {
  const index = gridIndex(ref, batch);
  const phases: (typeof redrivablePhases)[number][] = ['failed', 'expired', 'cancelled', 'parked'];
  await redriveSlice(
    ledger,
    batch,
    batch.providers[ref.processIndex] ?? '',
    { first: index, last: index },
    { phases, who },
  );
  // Should we die before the job is added, the feeder finds the task.
  await rewindFeed(ledger, batch.id, batch.providers[ref.processIndex] ?? '');
  await launch.add(taskIdOf(ref), jobDataOf(ref), { jobId: taskIdOf(ref) });
}

/** Cancels what is still open in a batch: what is queued at once, what runs remotely through the sweep. */
export async function cancelBatch(
  ledger: LedgerContext,
  id: BatchId,
  options: { reason: string; onProgress?: (done: number, of: number) => void },
): Promise<{ ended: number; remote: number }> {
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error(`no batch ${id}`);
  const total = { ended: 0, remote: 0 };
  const nowMs = await ledgerNow(ledger);
  for (const slice of slicesOf(batch)) {
    const { ended, remote, wake } = await cancelSlice(ledger, batch, slice, options.reason);
    const due = ledger.keys.provider(batch.providers[slice.processIndex] ?? '').due;
    if (wake.length > 0) await ledger.redis.zadd(due, 'XX', ...wake.flatMap((task) => [nowMs, task]));
    total.ended += ended;
    total.remote += remote;
    options.onProgress?.(slice.last + 1, batch.taskCount);
  }
  return total;
}

/** Slices of the grid, none of which spans two processes: each belongs to one provider. */
function* slicesOf(batch: BatchRecord): Generator<{ first: number; last: number; processIndex: number }> {
  for (let processIndex = 0; processIndex < batch.processCount; processIndex++) {
    const start = processIndex * batch.zoneCount;
    for (let first = start; first < start + batch.zoneCount; first += sliceSize) {
      yield { first, last: Math.min(first + sliceSize, start + batch.zoneCount) - 1, processIndex };
    }
  }
}
