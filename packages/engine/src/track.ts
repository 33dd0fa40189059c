import { parseTaskId } from '@nightpass/core';
import { ledgerNow, readTasks } from './ledger/reading.ts';
import { closeTask, ensureDue } from './ledger/sweeping.ts';
import { type ProviderRun, placeOf } from './provider-run.ts';
import { type TaskJob, type Turn, trackFallbackMs } from './queues.ts';
import { redriveTask } from './redrive.ts';

/**
 * One turn of a track job: brings the board's job where the ledger says that the task is. The sweep wakes it when the
 * task ended; its own delay wakes it now and then, should the sweep's list have lost the task; a person's retry on the
 * board of a failed one is a redrive.
 */
export async function trackTurn(run: ProviderRun, job: TaskJob): Promise<Turn> {
  const ref = parseTaskId(job.id ?? '');
  const batch = ref && (await run.batches.get(ref.batchId));
  const [task] = ref ? await readTasks(run.ledger, [job.id as never], async () => batch?.record) : [];
  if (!batch || !task) return { kind: 'failed', reason: 'the ledger has no such task' };
  const at = placeOf(run, task, batch);

  switch (task.phase) {
    case 'queued':
      return { kind: 'remove' };
    case 'launching':
    case 'unconfirmed':
    case 'running':
      await ensureDue(run.ledger, at, await ledgerNow(run.ledger));
      return { kind: 'sleep', forMs: trackFallbackMs };
    case 'succeeded':
      await closeTask(run.ledger, at);
      return { kind: 'done', result: { phase: task.phase, remoteJob: task.job?.id, message: task.message } };
    case 'failed':
    case 'cancelled':
    case 'expired':
    case 'parked':
      // BullMQ counts an attempt when a job fails: one that has failed before and runs again was retried by a person.
      if (job.attemptsMade > 0) {
        await redriveTask(run.ledger, run.queues.launch, batch.record, task, 'a retry on the board');
        run.log.info({ task: task.id }, 'task redriven from the board');
        return { kind: 'remove' };
      }
      await closeTask(run.ledger, at);
      return { kind: 'failed', reason: [task.phase, task.reason].filter(Boolean).join(': ') };
    default:
      return task.phase satisfies never;
  }
}
