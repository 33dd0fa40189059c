import type { BoardOptions } from '@bull-board/api/typings/app';
import { type BatchId, parseTaskId, type TaskId } from '@nightpass/core';
import { type BatchRecord, type LedgerContext, readBatch, readTaskContent, readTasks } from '@nightpass/engine';
import { z } from 'zod';

/**
 * A job's own data are three short fields; people want to see the task. What bull-board answers is filled in from the
 * ledger: at most a page of jobs, in as many small reads.
 */

type AfterHook = NonNullable<NonNullable<BoardOptions['handlerHooks']>['after']>;

interface ShownJob {
  id?: string | number | null;
  data?: unknown;
  stacktrace?: string[];
}

const jobsInBody = z.object({
  job: z.custom<ShownJob>((it) => typeof it === 'object' && it !== null).optional(),
  queues: z.array(z.looseObject({ name: z.string(), jobs: z.array(z.custom<ShownJob>()) })).optional(),
});

export function jobFactsHook(ledger: LedgerContext, options: { allowDestructive: boolean }): AfterHook {
  return async ({ method, route, request }, result) => {
    if (method !== 'get' || (route !== '/api/queues' && route !== '/api/queues/:queueName/:jobId')) return result;
    const body = jobsInBody.safeParse(result.body);
    if (!body.success) return result;
    const { job, queues = [] } = body.data;
    const jobs = [...(job ? [job] : []), ...queues.flatMap((queue) => queue.jobs)];
    const facts = await readFacts(ledger, jobs);
    for (const shown of jobs) {
      shown.data = facts.get(String(shown.id)) ?? shown.data;
      shown.stacktrace = shown.stacktrace?.map(withoutOurStack);
    }
    if (route === '/api/queues' && !options.allowDestructive) {
      hideWhatIsDenied(queues, String(request.query.activeQueue ?? ''), String(request.query.status ?? ''));
      return { ...result, body: { ...(result.body as object), queues } };
    }
    return { ...result, body: { ...(result.body as object), ...(job ? { job } : {}) } };
  };
}

/** Buttons are offered only where one of them, the retry of a failed task, is allowed. */
function hideWhatIsDenied(queues: { name: string; readOnlyMode?: unknown }[], active: string, status: string): void {
  for (const queue of queues) {
    const mayRetry = decodeURIComponent(active) === queue.name && queue.name.endsWith('.track');
    if (!mayRetry || !['failed', 'latest', ''].includes(status)) queue.readOnlyMode = true;
  }
}

/** A task that ended badly is no bug of ours: where in our code that was said helps nobody. */
const withoutOurStack = (stack: string) => /^UnrecoverableError: (.*?)(?:\n {4}at |$)/s.exec(stack)?.[1] ?? stack;

async function readFacts(ledger: LedgerContext, jobs: readonly ShownJob[]): Promise<Map<string, object>> {
  const ids = jobs.map((job) => String(job.id)).filter((id) => parseTaskId(id) !== undefined) as TaskId[];
  const batches = new Map<BatchId, Promise<BatchRecord | undefined>>();
  const batchOf = (id: BatchId) => {
    const known = batches.get(id) ?? readBatch(ledger, id);
    batches.set(id, known);
    return known;
  };
  const tasks = await readTasks(ledger, ids, batchOf);
  const facts = await Promise.all(
    tasks.map(async (task) => {
      const [content, batch] = await Promise.all([readTaskContent(ledger, task), batchOf(task.batchId)]);
      return [
        task.id,
        {
          task: task.id,
          phase: task.phase,
          reason: task.reason,
          provider: batch?.providers[task.processIndex],
          batch: { id: task.batchId, name: batch?.name, file: batch?.file },
          process: content && { index: task.processIndex, name: content.process.name, id: content.process.id },
          zone: content && {
            index: task.zoneIndex,
            location: content.zone.location,
            imageId: content.zone.imageId,
            image2Id: content.zone.image2Id,
          },
          remoteJob: task.job?.id,
          remoteWord: task.remoteWord,
          progressPercent: task.progressPercent,
          message: task.message,
          attempt: task.attempt,
        },
      ] as const;
    }),
  );
  return new Map(facts);
}
