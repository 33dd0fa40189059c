import { afterCancel, afterLook, cancelIsDue, type LookAnswer, type RunningTask } from '@nightpass/core';
import { noteAnswer } from '../health.ts';
import { asRunning } from '../ledger/task-record.ts';
import { callWith, readSlot } from '../pacing/read-slot.ts';
import { placeOf, policyOf } from '../provider-run.ts';
import { again, cancelFields, cancelOfBatch, carryOut, type Outcome, type Turn } from './carry-out.ts';

/** The task as the life cycle judges it. */
export function runningOf({ run, task, batch, usualDurationMs }: Turn): RunningTask {
  return asRunning(
    { ...task, cancel: task.cancel ?? cancelOfBatch(task, batch) },
    {
      usualDurationMs,
      timeoutMs: run.limits.processTimeoutMs[placeOf(run, task, batch).processId] ?? run.limits.remoteJobTimeoutMs,
      batchDeadlineMs: batch.record.deadlineMs,
    },
  );
}

/** Looks at a running job, or cancels it. */
export async function lookTurn(turn: Turn): Promise<Outcome> {
  const { run, task, nowMs } = turn;
  const running = runningOf(turn);
  const wait = await readSlot(run, turn.stop);
  if (wait !== undefined) return again(turn, wait, {});
  if (cancelIsDue(running, nowMs)) {
    const answer = await run.adapter.cancel(running.job, callWith(run, new AbortController().signal));
    run.log.info({ task: task.id, remoteJob: running.job.id, answer: answer.kind }, 'cancel sent');
    await noteAnswer(run, answer.kind === 'gone' || answer.kind === 'cancelling' ? undefined : answer);
    const cancel = { ...running.cancel, tries: running.cancel.tries + 1, lastSentAtMs: nowMs };
    return carryOut(turn, afterCancel({ ...running, cancel }, answer, policyOf(run.limits)), cancelFields(cancel));
  }
  const answer = await run.adapter.look(running.job, callWith(run, turn.stop));
  if (turn.stop.aborted && answer.kind !== 'seen') return again(turn, 0, {});
  await noteAnswer(run, answer.kind === 'seen' || answer.kind === 'missing' ? undefined : answer);
  return afterAnswer(turn, running, answer);
}

/** What follows from what was seen of a running job. */
export async function afterAnswer(turn: Turn, running: RunningTask, answer: LookAnswer): Promise<Outcome> {
  const { run, task, nowMs } = turn;
  const verdict = afterLook(running, answer, nowMs, policyOf(run.limits), run.random());
  run.log.debug({ task: task.id, answer: answer.kind, next: verdict.next }, 'looked');
  await showProgress(turn, answer);
  return carryOut(turn, verdict, { ...cancelFields(running.cancel), looks: task.looks + 1, lookedAt: nowMs });
}

/** The board's progress bar moves only when the platform's does. */
async function showProgress({ run, task }: Turn, answer: LookAnswer): Promise<void> {
  if (answer.kind !== 'seen' || answer.state.progressPercent === undefined) return;
  if (answer.state.progressPercent === task.progressPercent) return;
  await run.queues.track.updateJobProgress(task.id, answer.state.progressPercent).catch(() => undefined);
}
