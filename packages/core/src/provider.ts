import type { Process, Task } from './task.ts';

/**
 * The port to a remote platform. One adapter per kind of platform implements it.
 * Expected trouble comes back as a value; an exception out of an adapter is a bug.
 */

/**
 * The provider's word, mapped at the edge. `unknown` covers the platform's own "unknown" and every word it does not
 * document: it is not failure, it is looked at again.
 */
export type RemoteStatus = 'accepted' | 'running' | 'paused' | 'unknown' | 'succeeded' | 'failed' | 'cancelled';

/** What the provider runs for a task. */
export interface RemoteJob {
  /** The platform's id of the job. */
  id: string;
  /** Path and query of the job on the configured origin; never another host's. */
  address: string;
}

/** What a platform says of one of its jobs. */
export interface RemoteState {
  status: RemoteStatus;
  /** The platform's own word, as it came. */
  word: string;
  progressPercent: number | undefined;
  /** What the platform says of what it does, or of why it failed. */
  message: string | undefined;
}

/**
 * Expected ways a call can go wrong. Anything else is a bug, and throws.
 * `rule` names the row of the adapter's table that decided, so that `why` can show it.
 */
export type CallFailure =
  /** The request never left, or was turned away before any effect: safe to send again. */
  | { kind: 'notSent'; rule: string; reason: string }
  /** Too many requests; nothing took effect. */
  | { kind: 'throttled'; rule: string; reason: string; retryAfterMs: number | undefined }
  /** Credentials are refused even after one renewal; nothing took effect. */
  | { kind: 'unauthorized'; rule: string; reason: string }
  /** The platform's own limit on jobs at a time; nothing took effect. */
  | { kind: 'quota'; rule: string; reason: string; retryAfterMs: number | undefined }
  /** A clear no, with the platform's own message. */
  | { kind: 'rejected'; rule: string; status: number; reason: string }
  /** It may have taken effect. */
  | { kind: 'ambiguous'; rule: string; reason: string };

export interface LaunchRequest {
  task: Task;
  /** Counts from 1; a new number each time the task is sent again. */
  attempt: number;
  /** Short, unique to task and attempt; `[a-z0-9]+`. The name token where the platform allows one. */
  launchKey: string;
}

export interface Launched {
  kind: 'launched';
  job: RemoteJob;
  rule: string;
}

export type LaunchAnswer = Launched | CallFailure;

/** `missing`: the platform says that it has no such job. */
export type LookAnswer = { kind: 'seen'; state: RemoteState } | { kind: 'missing'; reason: string } | CallFailure;

export type FindAnswer =
  | { kind: 'found'; job: RemoteJob; rule: string }
  /** For certain: the platform was searched whole and has no job of this launch. */
  | { kind: 'notFound'; rule: string; reason: string }
  | { kind: 'cannotTell'; rule: string; reason: string }
  | CallFailure;

/** `cancelling`: accepted, to be confirmed by a later look. `gone`: there is nothing left to cancel. */
export type CancelAnswer = { kind: 'cancelling' } | { kind: 'gone'; reason: string } | CallFailure;

export interface FindRequest extends LaunchRequest {
  /** Unix time at which the lost launch was about to be sent, in milliseconds, on this host's clock. */
  intentAtMs: number;
  /** Which of these remote ids already belong to a task of ours. */
  claimed(remoteIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** To be awaited before each request but the first: keeps the provider's read pace. */
  readSlot(): Promise<void>;
}

/** One job as a survey found it on the platform, to be matched with tasks of the same process and project. */
export interface SurveyedJob {
  job: RemoteJob;
  /** The latest moment at which it can have been made, Unix ms on our clock; undefined: the platform does not say. */
  createdAtMs: number | undefined;
  /** What may be the launch key in its name: none, or more than one where the name has other words in brackets. */
  launchKeys: readonly string[];
  /** Only tasks in one of these places (see `Survey.placeOf`) may be its. Undefined: it does not show; any may. */
  places: readonly string[] | undefined;
  /** By its payload, whatever its key. `same`: nothing tells it from a launch of this task. */
  fits(task: Task): 'same' | 'other' | 'unclear';
}

export interface SurveyQuery {
  /** Which jobs: those of this process, in its project. */
  process: Process;
  /** Jobs certainly made before this are left out; Unix ms; undefined: none are. */
  sinceMs: number | undefined;
  /** Which of these remote ids need not be read: they belong to somebody, or were read before. */
  known(remoteIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Makes one reading call: at the provider's pace, and again after a pause while it fails in passing and there is
   * patience. The last answer is returned, whatever it is.
   * @param failureOf what an answer failed of, where making the call again may help
   */
  read<T>(call: () => Promise<T>, failureOf: (answer: T) => CallFailure | undefined): Promise<T>;
  /** Hears of each job as it is read. */
  onJob(job: SurveyedJob): void;
}

export type SurveyAnswer =
  /** Every job that there was when the survey began has been heard of, but for those left out. */
  | { kind: 'surveyed' }
  /** The platform would not show its jobs whole. */
  | { kind: 'cannotTell'; rule: string; reason: string }
  | CallFailure;

/** What a platform has of ours, asked when our own record of it is lost. */
export interface Survey {
  /** Where to look a task up among those of its process: 100,000 tasks are not compared with 100,000 jobs. */
  placeOf(task: Task): string;
  /** May be called again after any answer but `surveyed`; what was heard of is then `known`. */
  jobsOf(query: SurveyQuery, signal: AbortSignal): Promise<SurveyAnswer>;
}

/** A place that runs processes on zones. */
export interface Provider {
  /**
   * How a lost launch is found again: by a key that it carried, or by elimination, so that two launches of one process
   * that are in doubt at the same time might be taken for each other.
   */
  readonly findsBy: 'key' | 'elimination';
  /** Sends one launch, once. Never retries by itself but for one renewal of refused credentials. */
  launch(request: LaunchRequest, signal: AbortSignal): Promise<LaunchAnswer>;
  look(job: RemoteJob, signal: AbortSignal): Promise<LookAnswer>;
  /** After a lost answer: which remote job is this launch, if any? */
  findLaunch(request: FindRequest, signal: AbortSignal): Promise<FindAnswer>;
  cancel(job: RemoteJob, signal: AbortSignal): Promise<CancelAnswer>;
  /** One harmless request that shows whether address and credentials work. */
  probe(signal: AbortSignal): Promise<{ kind: 'ok'; detail: string } | CallFailure>;
  /** Undefined: the platform cannot be asked what runs there. */
  readonly survey?: Survey;
  /** Closes its connections. */
  close(): Promise<void>;
}
