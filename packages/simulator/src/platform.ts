import type { Call } from './fault-script.ts';
import type { Subject } from './faults.ts';
import type { JobTruth } from './truth.ts';

/** A request as a platform sees it. */
export interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
  correlationId: string | undefined;
  /** When it arrived: milliseconds since the start. */
  atMs: number;
  /** `http://` and the Host header: the address by which the client reached this server. */
  ownOrigin: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** JSON text unless the headers say otherwise. */
  body?: string;
  /** What happened on the platform, for the truth; absent where nothing did. */
  effect?: { jobId?: string };
}

/** A name and a password, or a client's id and its secret. */
export interface User {
  name: string;
  password: string;
}

/** What is let in; of what is undefined, anything that is not blank. */
export interface Credentials {
  /** Keys that are good for a token. */
  apiKeys: readonly string[] | undefined;
  /** Bearer tokens that never end. */
  tokens: readonly string[];
  users: readonly User[] | undefined;
}

/** What was asked about, and the payload where there is one. */
export interface Read extends Subject {
  /** The body, parsed; undefined where it is no JSON. */
  input?: unknown;
  /** Equal payloads have equal fingerprints, whatever the order of their keys. */
  fingerprint?: string | undefined;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for the parts that vary. */
  url: string;
  call: Call;
  read(asked: Asked): Read;
  /** Takes effect at once, and says how it would be answered. */
  answer(asked: Asked, read: Read): Reply;
}

/** One simulated platform: its addresses, and what truly happened on it. */
export interface Platform {
  /** What stands before every path of its API, where anything does: a client's base URL ends in it. */
  root?: string;
  /** Where credentials are exchanged for a token. */
  tokenPath: string;
  routes: Route[];
  /** An error in the platform's own form. */
  refuse(asked: Pick<Asked, 'correlationId'>, status: number, message: string): Reply;
  jobs(): JobTruth[];
  /** How many jobs have which status now. */
  jobCounts(): Record<string, number>;
  /** Changes a job by hand; false where there is no such job, or no such status. */
  setJobStatus(jobId: string, word: string): boolean;
  /** Drops a job as if a person had removed it; false where there is no such job. */
  removeJob(jobId: string): boolean;
  /** Every token given so far is refused from now on. */
  expireTokens(): void;
  /** Forgets all jobs; ids are not used again. */
  reset(): void;
}
