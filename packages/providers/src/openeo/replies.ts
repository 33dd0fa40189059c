import type { RemoteState, RemoteStatus } from '@nightpass/core';
import { z } from 'zod';
import { reasonLine } from '../http/text-excerpt.ts';
import { amountReply, costOf } from '../read-cost.ts';

/**
 * Every word the specification has, from 1.0 to 1.3, but for `created`, which depends on when the job was started (see
 * `stateOf`). A word it adds tomorrow is 'unknown' and looked at again, never a guess.
 */
const remoteStatus = {
  queued: 'accepted',
  running: 'running',
  finished: 'succeeded',
  error: 'failed',
  canceled: 'cancelled',
} as const satisfies Record<string, RemoteStatus>;

/** Waits for its start. `submitted` is what 0.4 called it. */
export const isCreated = (word: string | undefined) => word === 'created' || word === 'submitted';

const text = z.string().optional().catch(undefined);

const jobReply = z.object({
  id: z
    .union([z.string(), z.int()])
    .transform((value) => String(value))
    .optional()
    .catch(undefined),
  title: text,
  status: text,
  created: text,
  progress: z.coerce.number().optional().catch(undefined),
  costs: amountReply,
});
export type JobReply = z.infer<typeof jobReply>;

/** When it was made, in Unix milliseconds of the platform's clock; undefined where it does not say. */
export function createdMs({ created }: Pick<JobReply, 'created'>): number | undefined {
  const ms = Date.parse(created ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Undefined where the answer is no JSON object. */
export function readJob(json: unknown): JobReply | undefined {
  const parsed = jobReply.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

const links = z
  .array(z.object({ rel: text, href: text }).catch({ rel: undefined, href: undefined }))
  .optional()
  .catch(undefined);
const jobsReply = z.object({
  jobs: z.array(z.unknown()),
  links,
  'federation:missing': z.array(z.unknown()).optional().catch(undefined),
});

/** One page of a list. Undefined where the answer is none, or a row is not an object. */
export function readJobs(json: unknown): { rows: JobReply[]; next: string | undefined; missing: number } | undefined {
  const parsed = jobsReply.safeParse(json);
  if (!parsed.success) return undefined;
  const rows = parsed.data.jobs.map(readJob);
  if (!rows.every((row) => row !== undefined)) return undefined;
  return { rows, next: nextIn(parsed.data.links), missing: parsed.data['federation:missing']?.length ?? 0 };
}

export function nextIn(said: z.infer<typeof links>): string | undefined {
  return said?.find((link) => link.rel === 'next')?.href;
}
export const linksReply = links;

const logsReply = z.object({
  logs: z.array(
    z.object({ id: text, level: text, message: z.unknown() }).catch({ id: '', level: undefined, message: undefined }),
  ),
});

/**
 * The first thing that went wrong, as the logs have it. Some answer with all levels whatever they are asked for, and some
 * tell their trouble in reading the logs as one more entry, with an empty id (seen, VITO): that says nothing of the job.
 */
export function firstError(json: unknown): string | undefined {
  const parsed = logsReply.safeParse(json);
  const entry = parsed.data?.logs.find(
    ({ id, level, message }) => id !== '' && level === 'error' && message !== undefined,
  );
  if (!entry) return undefined;
  const said = typeof entry.message === 'string' ? entry.message : JSON.stringify(entry.message);
  return reasonLine(said) || undefined;
}

/** What `created` means is told by when the job was started, and by how long a start may take to show. */
export interface Started {
  /** Undefined: nobody knows. */
  atMs: number | undefined;
  nowMs: number;
  lagMs: number;
}

/**
 * What the platform says of a job that we started. Why it failed is not here: the logs know.
 * @param currency in which costs are told; without it they mean nothing
 */
export function stateOf(job: JobReply, started: Started, currency?: string): RemoteState {
  const word = job.status ?? '';
  const progressPercent =
    job.progress !== undefined && Number.isFinite(job.progress) ? Math.min(100, Math.max(0, job.progress)) : undefined;
  const cost = costOf(job.costs, currency);
  const said = { word: reasonLine(word), progressPercent, message: undefined, ...(cost && { cost }) };
  if (isCreated(word)) return { ...said, ...createdState(started) };
  const status = Object.hasOwn(remoteStatus, word) ? remoteStatus[word as keyof typeof remoteStatus] : 'unknown';
  return { ...said, status };
}

function createdState({ atMs, nowMs, lagMs }: Started): Pick<RemoteState, 'status' | 'message'> {
  if (atMs === undefined)
    return { status: 'unknown', message: 'it stands at created; when it was started is not known' };
  if (nowMs - atMs < lagMs) return { status: 'accepted', message: undefined };
  return { status: 'cancelled', message: 'it was started, and stands at created again: cancelled or reset' };
}
