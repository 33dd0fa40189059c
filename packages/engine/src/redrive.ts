import type { TaskRef } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';
import { z } from 'zod';
import { type BatchRecord, gridIndex } from './ledger/batch-record.ts';
import { type LedgerContext, phaseKeys } from './ledger/context.ts';
import { defineScript } from './ledger/script.ts';
import { rewindFeed } from './ledger/steering.ts';
import { jobDataOf, type TaskQueue } from './queues.ts';

const redriveScript = defineScript('redrive-task', {
  keys: ['batch', 'grid', 'counts', 'ended', 'due', 'task'],
  args: ['index', 'id', 'by'],
  reply: z.number(),
});

/** Takes one task back to the queue: a retry in bull-board. Whatever else people do is an action. */
export async function redriveTask(
  ledger: LedgerContext,
  launch: TaskQueue,
  batch: BatchRecord,
  ref: TaskRef,
  who: string,
): Promise<void> {
  const { redis, keys } = ledger;
  const id = taskIdOf(ref);
  const provider = batch.providers[ref.processIndex] ?? '';
  const where = { ...phaseKeys(keys, batch.id), due: keys.provider(provider).due, task: keys.task(ref) };
  await redriveScript(redis, where, { index: gridIndex(ref, batch), id, by: who });
  // Should we die before the job is added, the feeder finds the task.
  await rewindFeed(ledger, batch.id, provider);
  await launch.add(id, jobDataOf(ref), { jobId: id });
}
