import type { RemoteState, RemoteStatus } from '@nightpass/core';
import { z } from 'zod';
import type { Answer } from '../http/http-client.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import type { JobTraces } from './address.ts';

/** Every word the platform documents. A word it adds tomorrow is 'unknown' and looked at again, never a guess. */
export const remoteStatus = {
  ACCEPTED: 'accepted',
  RUNNING: 'running',
  PAUSED: 'paused',
  UNKNOWN: 'unknown',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<string, RemoteStatus>;

const text = z.string().optional().catch(undefined);
const count = z.coerce.number().int().nonnegative().optional().catch(undefined);
/** Ids are uuids; a number is taken where JSON keeps it exact. */
const id = z
  .union([z.string(), z.int()])
  .transform((value) => String(value))
  .optional()
  .catch(undefined);
const reference = z.object({ href: text }).optional().catch(undefined);
const link = z.object({ self: reference, recordsAsGeojson: reference }).optional().catch(undefined);

/** JobDescribe and JobSummary, as tolerant as can be: what is missing or of another type is undefined. */
const jobReply = z.object({
  id,
  processId: id,
  creationDate: z.union([z.string(), z.number()]).optional().catch(undefined),
  status: z
    .union([
      z.object({ status: text, progress: z.coerce.number().optional().catch(undefined) }),
      z.string().transform((status) => ({ status, progress: undefined })),
    ])
    .optional()
    .catch(undefined),
  message: text,
  nbTasks: count,
  nbTasksPerStatus: z
    .array(z.object({ status: text, count }))
    .optional()
    .catch(undefined),
  input: z.record(z.string(), z.unknown()).optional().catch(undefined),
  _links: link,
});
export type JobReply = z.infer<typeof jobReply>;

const jobsReply = z.object({ jobs: z.array(z.unknown()), total: count });

/** Undefined where the answer is no JSON object. */
export function readJob(json: unknown): JobReply | undefined {
  const parsed = jobReply.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** One page of a list. Undefined where the answer is none, or a row is not an object. */
export function readJobs(json: unknown): { rows: JobReply[]; total: number | undefined } | undefined {
  const parsed = jobsReply.safeParse(json);
  if (!parsed.success) return undefined;
  const rows = parsed.data.jobs.map(readJob);
  return rows.every((row) => row !== undefined) ? { rows, total: parsed.data.total } : undefined;
}

export function tracesOf(job: JobReply | undefined, answer?: Answer): JobTraces {
  return {
    id: job?.id,
    processId: job?.processId,
    selfLink: job?._links?.self?.href,
    location: answer?.headers.location,
  };
}

function progressOf(job: JobReply): number | undefined {
  const said = job.status?.progress;
  if (said !== undefined && Number.isFinite(said)) return Math.min(100, Math.max(0, said));
  const done = job.nbTasksPerStatus?.find((row) => row.status === 'SUCCEEDED')?.count;
  if (!job.nbTasks || done === undefined) return undefined;
  return Math.min(100, Math.floor((100 * done) / job.nbTasks));
}

export function stateOf(job: JobReply): RemoteState {
  const word = job.status?.status ?? '';
  const message = job.message === undefined ? '' : reasonLine(job.message);
  return {
    status: Object.hasOwn(remoteStatus, word) ? remoteStatus[word as keyof typeof remoteStatus] : 'unknown',
    word: reasonLine(word),
    progressPercent: progressOf(job),
    message: message === '' ? undefined : message,
  };
}

const isoDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const hourMs = 3_600_000;

/**
 * The latest Unix time in milliseconds that a date of the platform can mean: ISO 8601 or an epoch in seconds or
 * milliseconds. Without a zone it may be 12 hours behind UTC; without an hour, the end of the day.
 * Undefined where it is no date.
 */
export function latestMs(date: string | number | undefined): number | undefined {
  if (date === undefined) return undefined;
  const number = typeof date === 'number' ? date : /^\d{9,14}(\.\d+)?$/.test(date.trim()) ? Number(date) : undefined;
  if (number !== undefined) {
    if (!Number.isFinite(number) || number <= 0) return undefined;
    return number < 1e11 ? number * 1000 + 999 : number;
  }
  const written = String(date).trim();
  const zone = isoDate.exec(written);
  if (!zone) return undefined;
  const whole = written.length === 10 ? `${written}T23:59:59` : written.replace(' ', 'T').replace(',', '.');
  const ms = Date.parse(zone[1] === undefined ? `${whole}Z` : whole);
  if (Number.isNaN(ms)) return undefined;
  return zone[1] === undefined ? ms + 12 * hourMs + 999 : ms + 999;
}
