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
  /** What it offers now that it has ended, where the same answer says so. */
  results?: readonly ResultLink[] | undefined;
  /** What it cost, all in all; of a job that has not ended it counts for nothing. Undefined: not told, which is not free. */
  cost?: Cost | undefined;
}

/** As the platform tells it: never converted, and never added to another platform's. */
export interface Cost {
  /** Zero or more. */
  amount: number;
  /** The platform's word: a currency, `credits`. */
  unit: string;
}

/** One thing that an ended job offers. */
export interface ResultLink {
  /** The platform's name of it; unique among the job's. */
  name: string;
  /** Path and query on the configured origin, or another origin's URL: credentials never go there. */
  href: string;
  /** Media type. */
  type: string | undefined;
  sizeBytes: number | undefined;
  /** Hex of the sha256, where the platform gives it. */
  sha256: string | undefined;
}

/** What a call of the adapter may use of ours. */
export interface Call {
  /** Aborted: nobody waits for the answer any more. */
  signal: AbortSignal;
  /**
   * To be awaited before each reading request but the first (in a search: before the first too, since searches may
   * share what they read): keeps the provider's read pace. False: there will be none; answer with a failure of rule
   * `no-slot`.
   */
  readSlot(): Promise<boolean>;
}

export interface OpenCall extends Call {
  /** Of the answer that the bytes before `fromByte` came from, where it had one: should it have changed, all is sent anew. */
  etag?: string | undefined;
}

export interface LaunchCall extends Call {
  /**
   * To be awaited before each request that changes something but the first: keeps the provider's launch pace.
   * @param step first puts on record what the last request made, so that it is not made again: an id, mostly.
   * @returns false: send nothing more (the launch is another's by now, or we are stopping), answer `notSent`
   */
  launchSlot(step?: string): Promise<boolean>;
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
  /** What an earlier try of this attempt put on record (see `LaunchCall.launchSlot`): the launch goes on from there. */
  step: string | undefined;
}

export interface Launched {
  kind: 'launched';
  job: RemoteJob;
  rule: string;
}

export type LaunchAnswer =
  | Launched
  /** The platform ran it at once and made no job to follow: this is how it ended. */
  | { kind: 'done'; state: RemoteState; rule: string }
  | CallFailure;

/** `missing`: the platform says that it has no such job. */
export type LookAnswer = { kind: 'seen'; state: RemoteState } | { kind: 'missing'; reason: string } | CallFailure;

export type FindAnswer =
  | { kind: 'found'; job: RemoteJob; rule: string }
  /** For certain: the platform was searched whole and has no job of this launch. */
  | { kind: 'notFound'; rule: string; reason: string }
  /** For certain: it got as far as this step, and nothing runs. */
  | { kind: 'begun'; step: string; rule: string; reason: string }
  | { kind: 'cannotTell'; rule: string; reason: string }
  | CallFailure;

/** What a look at many jobs came to. What the list does not show is not answered for: those are looked at singly. */
export type LookManyAnswer =
  | { kind: 'listed'; seen: ReadonlyMap<RemoteJob['id'], RemoteState>; requests: number }
  | CallFailure;

/** `cancelling`: accepted, to be confirmed by a later look. `gone`: there is nothing left to cancel. */
export type CancelAnswer = { kind: 'cancelling' } | { kind: 'gone'; reason: string } | CallFailure;

export interface FindRequest extends LaunchRequest {
  /** Unix time at which the lost launch was about to be sent, in milliseconds, on this host's clock. */
  intentAtMs: number;
  /** Which of these remote ids already belong to a task of ours. */
  claimed(remoteIds: readonly string[]): Promise<ReadonlySet<string>>;
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

/** What a result's bytes come from. `gone`: it is not there any more (a link may have ended, and another be had). */
export type OpenAnswer =
  | {
      kind: 'open';
      /** Where `body` begins: as asked, or 0 where the platform gives no parts, or has another content by now. */
      fromByte: number;
      /** Of the whole. */
      sizeBytes: number | undefined;
      /** To be read to its end, or ended early (`return`). Throws where it stops half way, and when it is called off. */
      body: AsyncIterable<Uint8Array>;
      etag?: string | undefined;
    }
  | { kind: 'gone'; reason: string }
  | CallFailure;

/** What a platform has of ours, asked when our own record of it is lost. */
export interface Survey {
  /** Where to look a task up among those of its process: 100,000 tasks are not compared with 100,000 jobs. */
  placeOf(task: Task): string;
  /** May be called again after any answer but `surveyed`; what was heard of is then `known`. */
  jobsOf(query: SurveyQuery, signal: AbortSignal): Promise<SurveyAnswer>;
}

/** A process as a platform lists it. */
export interface ProcessSummary {
  id: string;
  title: string | undefined;
  description: string | undefined;
  version: string | undefined;
}

export interface ProcessInput {
  name: string;
  required: boolean;
  /** What it takes, in the platform's own words: a type, a media type, a set of values. */
  type: string | undefined;
  description: string | undefined;
}

export interface ProcessDescription extends ProcessSummary {
  inputs: readonly ProcessInput[];
}

/** What can be launched on a platform. */
export interface Catalogue {
  /** One page. @param page what the page before said of the next; undefined: the first */
  list(
    page: string | undefined,
    call: Call,
  ): Promise<{ kind: 'page'; processes: readonly ProcessSummary[]; next: string | undefined } | CallFailure>;
  describe(
    processId: string,
    call: Call,
  ): Promise<{ kind: 'described'; process: ProcessDescription } | { kind: 'missing'; reason: string } | CallFailure>;
  /**
   * Whether the platform would take this task. Launches nothing.
   * @returns problems by path in the batch file's process, e.g. `inputs.date`, or in its zone: `zone.image_2_id`
   */
  check(
    task: Task,
    call: Call,
  ): Promise<
    { kind: 'fits' } | { kind: 'unfit'; problems: readonly { path: string; problem: string }[] } | CallFailure
  >;
}

/** A place that runs processes on zones. */
export interface Provider {
  /**
   * How a lost launch is found again: by a key that it carried, or by elimination, so that two launches of one process
   * that are in doubt at the same time might be taken for each other.
   */
  readonly findsBy: 'key' | 'elimination';
  /**
   * Launches that answer the same are never sent at the same time, nor while one of them is in doubt: the platform
   * would take them for one. Undefined: every launch stands by itself.
   */
  aloneWith?(task: Task): string;
  /**
   * Sends one launch, once, in as many steps as the platform needs. Never retries by itself but for one renewal of
   * refused credentials.
   */
  launch(request: LaunchRequest, call: LaunchCall): Promise<LaunchAnswer>;
  look(job: RemoteJob, call: Call): Promise<LookAnswer>;
  /** The same for many, by the platform's own list of jobs; undefined: it has none, or it shows no status. */
  lookMany?(jobs: readonly RemoteJob[], call: Call): Promise<LookManyAnswer>;
  /** After a lost answer: which remote job is this launch, if any? */
  findLaunch(request: FindRequest, call: Call): Promise<FindAnswer>;
  cancel(job: RemoteJob, call: Call): Promise<CancelAnswer>;
  /** What an ended job offers, where a look does not say. */
  results?(job: RemoteJob, call: Call): Promise<{ kind: 'results'; links: readonly ResultLink[] } | CallFailure>;
  /** Begins to read a result. Its reasons name no address: a link may carry its own key. */
  open?(link: ResultLink, fromByte: number, call: OpenCall): Promise<OpenAnswer>;
  /** Harmless: shows whether address and credentials work. */
  probe(call: Call): Promise<{ kind: 'ok'; detail: string } | CallFailure>;
  /** Undefined: the platform cannot be asked what runs there. */
  readonly survey?: Survey;
  readonly catalogue?: Catalogue;
  /** Closes its connections. */
  close(): Promise<void>;
}
