import {
  afterCancel,
  afterFind,
  afterLook,
  type CallFailure,
  cancelIsDue,
  type FindAnswer,
  type LookAnswer,
  type Verdict,
} from '@nightpass/core';
import { holdProvider, noteAnswer } from './health.ts';
import { launchKeyOf } from './launch.ts';
import { readTaskContent } from './ledger/batches.ts';
import { finishLaunch, recordLaunched, recordLost, requeue } from './ledger/launching.ts';
import { ledgerNow } from './ledger/reading.ts';
import type { Settlement } from './ledger/sweeping.ts';
import { asRunning, type TaskRecord } from './ledger/task-record.ts';
import { callWith, readSlot } from './pacing/read-slot.ts';
import { type CachedBatch, jobName, type ProviderRun, placeOf, policyOf } from './provider-run.ts';
import { jobDataOf } from './queues.ts';

/**
 * One task's turn in the sweep: look at it, search for its lost launch, or cancel it; then carry the verdict out.
 */

/** What one task's turn in the sweep came to. `handled`: its transition has been made already. */
export type Outcome = { kind: 'settle'; item: Settlement } | { kind: 'close' } | { kind: 'handled' };

export interface Turn {
  run: ProviderRun;
  task: TaskRecord;
  batch: CachedBatch;
  nowMs: number;
  usualDurationMs: number | undefined;
  stop: AbortSignal;
}

export async function turnOf(turn: Turn): Promise<Outcome> {
  const { run, task } = turn;
  try {
    switch (task.phase) {
      case 'running':
        return await lookTurn(turn);
      case 'unconfirmed':
        return await findTurn(turn);
      case 'launching':
        return await orphanTurn(turn);
      case 'queued':
      case 'succeeded':
      case 'failed':
      case 'cancelled':
      case 'expired':
      case 'parked':
        return { kind: 'close' };
      default:
        return task.phase satisfies never;
    }
  } catch (error) {
    // One task's trouble is its own: it stays claimed and comes round again.
    run.log.error({ task: task.id, err: error }, 'sweep turn threw');
    return { kind: 'handled' };
  }
}

async function lookTurn(turn: Turn): Promise<Outcome> {
  const { run, task, batch, nowMs } = turn;
  const running = asRunning(
    { ...task, cancel: task.cancel ?? cancelOfBatch(task, batch) },
    {
      usualDurationMs: turn.usualDurationMs,
      timeoutMs: run.limits.processTimeoutMs[placeOf(run, task, batch).processId] ?? run.limits.remoteJobTimeoutMs,
      batchDeadlineMs: batch.record.deadlineMs,
    },
  );
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
  const verdict = afterLook(running, answer, nowMs, policyOf(run.limits), run.random());
  run.log.debug({ task: task.id, answer: answer.kind, next: verdict.next }, 'looked');
  await showProgress(turn, answer);
  return carryOut(turn, verdict, { ...cancelFields(running.cancel), looks: task.looks + 1, lookedAt: nowMs });
}

async function findTurn(turn: Turn): Promise<Outcome> {
  const { run, task, batch, nowMs } = turn;
  const content = await readTaskContent(run.ledger, task);
  if (!content || task.intentAtMs === undefined)
    throw new Error(`task ${task.id} is unconfirmed, but was never intended`);
  // The job of a launch that is still unanswered could be taken for this one's.
  if (run.adapter.findsBy === 'elimination') {
    const { launching } = run.ledger.keys.provider(run.name);
    const unanswered = await run.ledger.redis.scard(launching + placeOf(run, task, batch).processId);
    if (unanswered > 0) return again(turn, 1_000, {});
  }
  const { claims } = run.ledger.keys.provider(run.name);
  const answer: FindAnswer = await run.adapter.findLaunch(
    {
      task: content,
      attempt: task.attempt,
      launchKey: launchKeyOf(task, task.attempt),
      step: task.step,
      // The adapter compares it with the platform's clock by way of this host's; the ledger's may be another.
      intentAtMs: task.intentAtMs + Date.now() - (await ledgerNow(run.ledger)),
      claimed: async (remoteIds) => {
        if (remoteIds.length === 0) return new Set();
        const owners = await run.ledger.redis.hmget(claims, ...remoteIds);
        // One that is ours already belongs to an earlier launch of this very task.
        return new Set(remoteIds.filter((_, i) => owners[i] !== null));
      },
    },
    callWith(run, turn.stop),
  );
  // A search that we broke off says nothing of the task.
  if (turn.stop.aborted && answer.kind !== 'found') return again(turn, 0, {});
  await noteAnswer(run, failureOf(answer));
  const cancel = task.cancel ?? cancelOfBatch(task, batch);
  const unconfirmed = {
    attempt: task.attemptInDrive,
    intentAtMs: task.intentAtMs,
    emptyReads: task.emptyReads,
    cancel,
  };
  const verdict = afterFind(unconfirmed, answer, nowMs, policyOf(run.limits), run.random());
  run.log.info({ task: task.id, answer: answer.kind, rule: answer.rule, next: verdict.next }, 'lost launch searched');
  return carryOut(turn, verdict, cancelFields(cancel));
}

function failureOf(answer: FindAnswer): CallFailure | undefined {
  const { kind } = answer;
  return kind === 'found' || kind === 'notFound' || kind === 'begun' || kind === 'cannotTell' ? undefined : answer;
}

/** The launcher was not heard of again. */
async function orphanTurn({ run, task, batch }: Turn): Promise<Outcome> {
  await recordLost(run.ledger, placeOf(run, task, batch), {
    attempt: task.attempt,
    intentAtMs: task.intentAtMs ?? 0,
    inMs: 0,
    rule: 'launcher-lost',
    reason: 'the launcher died between intent and answer',
  });
  run.log.warn({ task: task.id }, 'launcher lost');
  return { kind: 'handled' };
}

async function carryOut(turn: Turn, verdict: Verdict, fields: Settlement['fields']): Promise<Outcome> {
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
        { ...fields, ...(seen && remoteFields(seen)) },
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
        return { kind: 'close' };
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
): Outcome => ({
  kind: 'settle',
  item: {
    at: placeOf(run, task, batch),
    outcome,
    fields,
  },
});

const again = (turn: Turn, inMs: number, fields: Settlement['fields']): Outcome =>
  settleAs(turn, { kind: 'again', inMs }, fields);

async function nameOf({ run, task, batch }: Turn): Promise<string> {
  const content = await readTaskContent(run.ledger, task);
  return content ? jobName(content.process.name, content.zone.location) : batch.record.id;
}

/** The board's progress bar moves only when the platform's does. */
async function showProgress({ run, task }: Turn, answer: LookAnswer): Promise<void> {
  if (answer.kind !== 'seen' || answer.state.progressPercent === undefined) return;
  if (answer.state.progressPercent === task.progressPercent) return;
  await run.queues.track.updateJobProgress(task.id, answer.state.progressPercent).catch(() => undefined);
}

/** A batch's cancel reaches its running tasks even where the command that asked for it died half way. */
function cancelOfBatch(task: TaskRecord, { record }: CachedBatch): TaskRecord['cancel'] {
  if (record.cancelledAtMs === undefined || (task.intentAtMs ?? 0) > record.cancelledAtMs) return undefined;
  return { endAs: 'cancelled', reason: 'the batch was cancelled', tries: 0, lastSentAtMs: undefined };
}

const cancelFields = (cancel: TaskRecord['cancel']): Settlement['fields'] =>
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
