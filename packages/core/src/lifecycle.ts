import { cancelEveryMs, cancelTriesAtMost, lookPace, type Pacing } from './look-pace.ts';
import type {
  CallFailure,
  CancelAnswer,
  FindAnswer,
  LaunchAnswer,
  LookAnswer,
  RemoteJob,
  RemoteState,
} from './provider.ts';

/**
 * The life of a task, decided. Each function judges one kind of answer: (task, answer, now, policy) → verdict.
 * Knows no queue, no HTTP, no clock; whoever calls carries the verdict out. See docs/lifecycle.md.
 */

export interface Policy extends Pacing {
  onUnconfirmed: 'park' | 'relaunch';
  maxLaunchAttempts: number;
  remoteJobTimeoutMs: number;
  /** "Not found" is believed after this many searches that found nothing … */
  reconcileReads: number;
  /** … this far apart. */
  reconcileEveryMs: number;
}

/** The end that an accepted cancel leads to: a person asked, or the deadline passed. */
export interface CancelIntent {
  endAs: 'cancelled' | 'expired';
  reason: string;
  /** Cancels sent so far. */
  tries: number;
  lastSentAtMs: number | undefined;
}

export interface UnconfirmedTask {
  attempt: number;
  intentAtMs: number;
  /** Searches so far that found nothing. */
  emptyReads: number;
  cancel: CancelIntent | undefined;
}

export interface RunningTask {
  job: RemoteJob;
  launchedAtMs: number;
  /** Looks in a row that got no usable answer. */
  failedLooks: number;
  /** Looks in a row at which the platform had no such job. */
  missingLooks: number;
  cancel: CancelIntent | undefined;
  /** What jobs of this process usually take, where some have ended. */
  usualDurationMs: number | undefined;
  /** How long a job of this process may take. */
  timeoutMs: number;
  /** When its batch has to be over, in Unix milliseconds. */
  batchDeadlineMs: number | undefined;
}

/** Why a whole provider must wait, and how long to begin with. */
export interface Hold {
  kind: 'credentials' | 'outage' | 'quota' | 'retry-after';
  /** Undefined: nobody said; the ledger backs off by itself. */
  forMs: number | undefined;
  reason: string;
}

export type Verdict =
  /** Known to run remotely. */
  | { next: 'running'; job: RemoteJob; lookInMs: number; rule: string }
  /** Still running (or unreadable): look again; no attempt is spent. */
  | {
      next: 'lookAgain';
      inMs: number;
      seen: RemoteState | undefined;
      trouble: string | undefined;
      missing: boolean;
      hold: Hold | undefined;
    }
  /** Known not launched: back to the queue. Only a launch that was really sent counts as an attempt. */
  | {
      next: 'requeue';
      sent: boolean;
      /** How far it got: the next try goes on from there. */
      step?: string;
      hold: Hold | undefined;
      rule: string;
      reason: string;
    }
  /** The answer was lost: ask the platform. */
  | { next: 'reconcile'; inMs: number; foundNothing: boolean; hold: Hold | undefined; rule: string; reason: string }
  /** Ask the platform to stop it, then follow that. */
  | { next: 'cancel'; cancel: CancelIntent }
  | { next: 'park'; rule: string; reason: string }
  | {
      next: 'end';
      phase: 'succeeded' | 'failed' | 'cancelled' | 'expired';
      rule: string;
      reason: string | undefined;
      seen: RemoteState | undefined;
    };

/** After the one POST of a launch. */
export function afterLaunch(
  answer: LaunchAnswer,
  usualDurationMs: number | undefined,
  policy: Policy,
  jitter: number,
): Verdict {
  switch (answer.kind) {
    case 'launched':
      return {
        next: 'running',
        job: answer.job,
        lookInMs: lookPace.first(usualDurationMs, policy, jitter),
        rule: answer.rule,
      };
    case 'done':
      return afterDone(answer.state, answer.rule);
    case 'notSent':
    case 'throttled':
    case 'unauthorized':
    case 'quota':
      return { next: 'requeue', sent: false, hold: holdFor(answer), rule: answer.rule, reason: answer.reason };
    case 'rejected':
      return { next: 'end', phase: 'failed', rule: answer.rule, reason: answer.reason, seen: undefined };
    case 'ambiguous':
      return {
        next: 'reconcile',
        inMs: lookPace.afterLostAnswer(policy),
        foundNothing: false,
        hold: undefined,
        rule: answer.rule,
        reason: answer.reason,
      };
    default:
      return answer satisfies never;
  }
}

/** It ran at once: there is nothing to follow. */
function afterDone(state: RemoteState, rule: string): Verdict {
  const reason = state.message ?? `the platform says ${state.word}`;
  if (state.status === 'succeeded') return { next: 'end', phase: 'succeeded', rule, reason: undefined, seen: state };
  return { next: 'end', phase: 'failed', rule, reason, seen: state };
}

/** After a search for a launch whose answer was lost. */
export function afterFind(
  task: UnconfirmedTask,
  answer: FindAnswer,
  nowMs: number,
  policy: Policy,
  jitter: number,
): Verdict {
  switch (answer.kind) {
    case 'found':
      return { next: 'running', job: answer.job, lookInMs: lookPace.soon(policy), rule: answer.rule };
    case 'notFound': {
      const reads = task.emptyReads + 1;
      if (reads < policy.reconcileReads) {
        return {
          next: 'reconcile',
          inMs: policy.reconcileEveryMs,
          foundNothing: true,
          hold: undefined,
          rule: answer.rule,
          reason: answer.reason,
        };
      }
      if (task.cancel) return ended(task.cancel.endAs, answer.rule, `${task.cancel.reason}; it was never launched`);
      if (task.attempt >= policy.maxLaunchAttempts) {
        return {
          next: 'park',
          rule: 'attempts-spent',
          reason: `launched ${task.attempt} times, and each time the platform did not know it: ${answer.reason}`,
        };
      }
      return { next: 'requeue', sent: true, hold: undefined, rule: answer.rule, reason: answer.reason };
    }
    case 'begun':
      // Nothing runs and nothing was paid for: the same attempt goes on.
      return {
        next: 'requeue',
        sent: false,
        step: answer.step,
        hold: undefined,
        rule: answer.rule,
        reason: answer.reason,
      };
    case 'cannotTell':
      if (policy.onUnconfirmed === 'park' || task.cancel)
        return { next: 'park', rule: answer.rule, reason: answer.reason };
      if (task.attempt >= policy.maxLaunchAttempts) {
        return {
          next: 'park',
          rule: 'attempts-spent',
          reason: `launched ${task.attempt} times without an answer: ${answer.reason}`,
        };
      }
      return { next: 'requeue', sent: true, hold: undefined, rule: 'policy-relaunch', reason: answer.reason };
    case 'notSent':
    case 'throttled':
    case 'unauthorized':
    case 'quota':
    case 'rejected':
    case 'ambiguous':
      if (nowMs - task.intentAtMs > policy.remoteJobTimeoutMs) {
        return {
          next: 'park',
          rule: 'reconcile-deadline',
          reason: `the platform could not be asked before the deadline: ${answer.reason}`,
        };
      }
      return {
        next: 'reconcile',
        inMs: lookPace.afterTrouble(1, policy, jitter),
        foundNothing: false,
        hold: holdFor(answer),
        rule: answer.rule,
        reason: answer.reason,
      };
    default:
      return answer satisfies never;
  }
}

/** After a look at a running job. A status we do not know is not a failure; a deadline, not a count, ends the wait. */
export function afterLook(
  task: RunningTask,
  answer: LookAnswer,
  nowMs: number,
  policy: Policy,
  jitter: number,
): Verdict {
  switch (answer.kind) {
    case 'seen':
      return afterSeen(task, answer.state, nowMs, policy, jitter);
    case 'missing': {
      if (task.missingLooks + 1 < missingLooksToBelieve) {
        return {
          next: 'lookAgain',
          inMs: lookPace.soon(policy),
          seen: undefined,
          trouble: answer.reason,
          missing: true,
          hold: undefined,
        };
      }
      if (task.cancel) return ended(task.cancel.endAs, 'gone-after-cancel', task.cancel.reason);
      return ended('failed', 'gone', `remote job ${task.job.id} is gone: ${answer.reason}`);
    }
    case 'notSent':
    case 'throttled':
    case 'unauthorized':
    case 'quota':
    case 'rejected':
    case 'ambiguous':
      return (
        overdue(task, nowMs) ?? {
          next: 'lookAgain',
          inMs: lookPace.afterTrouble(task.failedLooks + 1, policy, jitter),
          seen: undefined,
          trouble: answer.reason,
          missing: false,
          hold: holdFor(answer),
        }
      );
    default:
      return answer satisfies never;
  }
}

/** After a cancel was sent. An accepted cancel is only believed when a later look confirms it. */
export function afterCancel(
  task: RunningTask & { cancel: CancelIntent },
  answer: CancelAnswer,
  policy: Policy,
): Verdict {
  switch (answer.kind) {
    case 'gone':
      return ended(task.cancel.endAs, 'cancel-confirmed', task.cancel.reason);
    case 'cancelling':
    case 'notSent':
    case 'throttled':
    case 'unauthorized':
    case 'quota':
    case 'rejected':
    case 'ambiguous':
      return {
        next: 'lookAgain',
        inMs: lookPace.soon(policy),
        seen: undefined,
        trouble: answer.kind === 'cancelling' ? undefined : answer.reason,
        missing: false,
        hold: answer.kind === 'cancelling' ? undefined : holdFor(answer),
      };
    default:
      return answer satisfies never;
  }
}

/** Whether a running task is to be cancelled now rather than looked at. */
export function cancelIsDue(task: RunningTask, nowMs: number): task is RunningTask & { cancel: CancelIntent } {
  const { cancel } = task;
  if (!cancel || cancel.tries >= cancelTriesAtMost) return false;
  return cancel.lastSentAtMs === undefined || nowMs - cancel.lastSentAtMs >= cancelEveryMs;
}

/** A 404 may be a replica that lags: one is not believed. */
const missingLooksToBelieve = 2;

function afterSeen(task: RunningTask, state: RemoteState, nowMs: number, policy: Policy, jitter: number): Verdict {
  switch (state.status) {
    case 'succeeded':
      return { next: 'end', phase: 'succeeded', rule: 'remote-succeeded', reason: undefined, seen: state };
    case 'failed':
      return {
        next: 'end',
        phase: 'failed',
        rule: 'remote-failed',
        reason: state.message ?? `the platform says ${state.word}`,
        seen: state,
      };
    case 'cancelled':
      return task.cancel
        ? { next: 'end', phase: task.cancel.endAs, rule: 'cancel-confirmed', reason: task.cancel.reason, seen: state }
        : {
            next: 'end',
            phase: 'cancelled',
            rule: 'remote-cancelled',
            reason: 'cancelled on the platform, not by us',
            seen: state,
          };
    case 'accepted':
    case 'running':
    case 'paused':
    case 'unknown':
      return (
        overdue(task, nowMs, state) ?? {
          next: 'lookAgain',
          inMs: task.cancel
            ? lookPace.soon(policy)
            : byTheDeadline(
                lookPace.next(nowMs - task.launchedAtMs, task.usualDurationMs, policy, jitter),
                task,
                nowMs,
              ),
          seen: state,
          trouble: undefined,
          missing: false,
          hold: undefined,
        }
      );
    default:
      return state.status satisfies never;
  }
}

/** The next look comes no later than just after the deadline. */
function byTheDeadline(inMs: number, task: RunningTask, nowMs: number): number {
  return Math.max(0, Math.min(inMs, lastMomentMs(task) - nowMs + 1));
}

/** A look after this moment finds the task overdue. */
function lastMomentMs(task: RunningTask): number {
  return Math.min(task.launchedAtMs + task.timeoutMs, task.batchDeadlineMs ?? Number.POSITIVE_INFINITY);
}

/** The deadline's verdict, where it has passed: cancel, and end even if the platform never confirms that. */
function overdue(task: RunningTask, nowMs: number, seen?: RemoteState): Verdict | undefined {
  const { cancel } = task;
  if (cancel) {
    if (cancel.tries < cancelTriesAtMost || nowMs - (cancel.lastSentAtMs ?? nowMs) < cancelEveryMs) return undefined;
    const reason = `${cancel.reason}; cancel not confirmed by the platform for remote job ${task.job.id}`;
    return { next: 'end', phase: cancel.endAs, rule: 'cancel-not-confirmed', reason, seen };
  }
  if (nowMs <= lastMomentMs(task)) return undefined;
  const reason =
    nowMs - task.launchedAtMs > task.timeoutMs
      ? `remote job ${task.job.id} outlived its deadline of ${task.timeoutMs / 3_600_000} h`
      : `remote job ${task.job.id} still ran at the deadline of its batch`;
  return { next: 'cancel', cancel: { endAs: 'expired', reason, tries: 0, lastSentAtMs: undefined } };
}

function ended(phase: 'succeeded' | 'failed' | 'cancelled' | 'expired', rule: string, reason: string): Verdict {
  return { next: 'end', phase, rule, reason, seen: undefined };
}

/** Which hold a failed call puts on the provider as a whole. Counting failures towards an outage is the ledger's. */
function holdFor(failure: CallFailure): Hold | undefined {
  switch (failure.kind) {
    case 'throttled':
      return { kind: 'retry-after', forMs: failure.retryAfterMs, reason: failure.reason };
    case 'unauthorized':
      return { kind: 'credentials', forMs: undefined, reason: failure.reason };
    case 'quota':
      return { kind: 'quota', forMs: failure.retryAfterMs, reason: failure.reason };
    case 'notSent':
    case 'rejected':
    case 'ambiguous':
      return undefined;
    default:
      return failure satisfies never;
  }
}
