import type { Verdict } from '@nightpass/core';
import { holdProvider } from '../health.ts';
import { readTaskContent } from '../ledger/batches.ts';
import { finishLaunch, recordLaunched, requeue } from '../ledger/launching.ts';
import type { Settlement } from '../ledger/sweeping.ts';
import type { TaskRecord } from '../ledger/task-record.ts';
import { storedResults } from '../ledger/task-results.ts';
import { type CachedBatch, jobName, type ProviderRun, placeOf } from '../provider-run.ts';
import { jobDataOf } from '../queues.ts';

/** What a verdict of the sweep does: most are settled together at the end of the round, some make their transition at once. */

/** What one task's turn in the sweep came to. `handled`: its transition has been made already. */
export type Outcome = { kind: 'settle'; item: Settlement } | { kind: 'close'; task: TaskRecord } | { kind: 'handled' };

export interface Turn {
  run: ProviderRun;
  task: TaskRecord;
  batch: CachedBatch;
  nowMs: number;
  usualDurationMs: number | undefined;
  stop: AbortSignal;
}

/** @param fields of the task, to be written with it */
export async function carryOut(turn: Turn, verdict: Verdict, fields: Settlement['fields']): Promise<Outcome> {
  const { run, task, batch } = turn;
  const at = placeOf(run, task, batch);
  switch (verdict.next) {
    case 'lookAgain': {
      await holdProvider(run, verdict.hold);
      const { seen } = verdict;
      return again(turn, verdict.inMs, {
        ...fields,
        ...(seen && remoteFields(seen)),
        fails: seen || verdict.missing || !verdict.trouble ? null : task.failedLooks + 1,
        missing: verdict.missing ? task.missingLooks + 1 : null,
      });
    }
    case 'reconcile':
      await holdProvider(run, verdict.hold);
      return again(turn, verdict.inMs, {
        ...fields,
        ...(verdict.foundNothing && { reads: task.emptyReads + 1 }),
        rule: verdict.rule,
        reason: verdict.reason,
      });
    case 'cancel':
      return again(turn, 0, { ...fields, ...cancelFields(verdict.cancel) });
    case 'end':
    case 'park': {
      const phase = verdict.next === 'park' ? 'parked' : verdict.phase;
      const seen = verdict.next === 'end' ? verdict.seen : undefined;
      return settleAs(
        turn,
        { kind: 'end', phase, rule: verdict.rule, reason: verdict.reason ?? '' },
        { ...fields, ...(seen && remoteFields(seen)), ...(seen?.results && { results: storedResults(seen.results) }) },
        seen?.cost,
      );
    }
    case 'running': {
      const recorded = await recordLaunched(run.ledger, at, {
        attempt: task.attempt,
        job: verdict.job,
        lookInMs: verdict.lookInMs,
        rule: verdict.rule,
      });
      if (recorded.kind === 'claimed') {
        const reason = `remote job ${verdict.job.id} fits, but belongs to task ${recorded.by}`;
        await finishLaunch(run.ledger, at, {
          attempt: task.attempt,
          intentAtMs: task.intentAtMs ?? 0,
          phase: 'parked',
          rule: 'job-claimed',
          reason,
        });
        return { kind: 'close', task };
      }
      return { kind: 'handled' };
    }
    case 'requeue': {
      await holdProvider(run, verdict.hold);
      const [kind] = await requeue(run.ledger, at, {
        attempt: task.attempt,
        intentAtMs: task.intentAtMs ?? 0,
        sent: verdict.sent,
        ...(verdict.step !== undefined && { step: verdict.step }),
        rule: verdict.rule,
        reason: verdict.reason,
      });
      // Should we die here, the feeder finds the task when the queue runs dry.
      if (kind === 'queued') await run.queues.launch.add(await nameOf(turn), jobDataOf(task), { jobId: task.id });
      return { kind: 'handled' };
    }
    default:
      return verdict satisfies never;
  }
}

const settleAs = (
  { run, task, batch }: Turn,
  outcome: Settlement['outcome'],
  fields: Settlement['fields'],
  cost?: Settlement['cost'],
): Outcome => ({
  kind: 'settle',
  item: {
    at: placeOf(run, task, batch),
    outcome,
    fields,
    cost,
  },
});

export const again = (turn: Turn, inMs: number, fields: Settlement['fields']): Outcome =>
  settleAs(turn, { kind: 'again', inMs }, fields);

async function nameOf({ run, task, batch }: Turn): Promise<string> {
  const content = await readTaskContent(run.ledger, task);
  return content ? jobName(content.process.name, content.zone.location) : batch.record.id;
}

/** A batch's cancel reaches its running tasks even where the command that asked for it died half way. */
export function cancelOfBatch(task: TaskRecord, { record }: CachedBatch): TaskRecord['cancel'] {
  if (record.cancelledAtMs === undefined || (task.intentAtMs ?? 0) > record.cancelledAtMs) return undefined;
  return { endAs: 'cancelled', reason: 'the batch was cancelled', tries: 0, lastSentAtMs: undefined };
}

export const cancelFields = (cancel: TaskRecord['cancel']): Settlement['fields'] =>
  cancel
    ? {
        cancelAs: cancel.endAs,
        cancelReason: cancel.reason,
        cancelAt: cancel.lastSentAtMs ?? null,
        cancelTries: cancel.tries,
      }
    : {};

const remoteFields = (seen: {
  status: string;
  word: string;
  progressPercent: number | undefined;
  message: string | undefined;
}) => ({
  status: seen.status,
  word: seen.word,
  progress: seen.progressPercent ?? null,
  message: seen.message ?? null,
});
