import type { RemoteState, RemoteStatus } from '@nightpass/core';
import { z } from 'zod';
import { reasonLine } from '../http/text-excerpt.ts';
import { text } from './replies.ts';

/**
 * Every word of the standard and its drafts, and those that servers are known to use beside them; compared in lower case.
 * A word of tomorrow is 'unknown' and looked at again, never a guess.
 */
export const remoteStatus = {
  // A job of the draft of Part 4 that waits for its start. Ours are never of that sort.
  created: 'accepted',
  accepted: 'accepted',
  running: 'running',
  successful: 'succeeded',
  failed: 'failed',
  dismissed: 'cancelled',

  queued: 'accepted',
  pending: 'accepted',
  started: 'running',
  paused: 'paused',
  succeeded: 'succeeded',
  finished: 'succeeded',
  error: 'failed',
  exception: 'failed',
  canceled: 'cancelled',
  cancelled: 'cancelled',
} as const satisfies Record<string, RemoteStatus>;

const id = z
  .union([z.string(), z.int()])
  .transform((value) => String(value))
  .optional()
  .catch(undefined);
const problem = z.object({ title: text, detail: text }).optional().catch(undefined);

const statusReply = z.object({
  jobID: id,
  id,
  processID: text,
  process: text,
  type: text,
  status: z.unknown().optional(),
  message: text,
  exception: problem,
  created: text,
  started: text,
  finished: text,
  updated: text,
  progress: z.coerce.number().optional().catch(undefined),
  request: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
export type StatusInfo = z.infer<typeof statusReply>;

/** Undefined where the answer is no statusInfo: it must name a job or have a status. */
export function readStatus(json: unknown): StatusInfo | undefined {
  const parsed = statusReply.safeParse(json);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return data.jobID !== undefined || data.id !== undefined || data.status !== undefined ? data : undefined;
}

/** True also where it names none. */
export function isAbout(info: StatusInfo, jobId: string): boolean {
  const said = [info.jobID, info.id].filter((each) => each !== undefined);
  return said.length === 0 || said.includes(jobId);
}

export function statusOf(info: Pick<StatusInfo, 'status'>): RemoteStatus {
  const word = typeof info.status === 'string' ? info.status.trim().toLowerCase() : '';
  return Object.hasOwn(remoteStatus, word) ? remoteStatus[word as keyof typeof remoteStatus] : 'unknown';
}

export function stateOf(info: StatusInfo): RemoteState {
  const { exception, progress } = info;
  const problemSaid = [exception?.title, exception?.detail].filter(Boolean).join(': ');
  const message = reasonLine(info.message || problemSaid);
  return {
    status: statusOf(info),
    word: reasonLine(typeof info.status === 'string' ? info.status : ''),
    progressPercent:
      progress !== undefined && Number.isFinite(progress) ? Math.min(100, Math.max(0, progress)) : undefined,
    message: message === '' ? undefined : message,
  };
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const halfDayMs = 12 * 3_600_000;

/**
 * The latest Unix time in milliseconds at which the job can have been made: no later than anything that is said to have
 * happened to it. Undefined where nothing is. A time without a zone may be 12 hours behind UTC.
 */
export function madeBeforeMs(info: StatusInfo): number | undefined {
  const times = [info.created, info.started, info.finished, info.updated].flatMap((date) => latestMs(date) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

function latestMs(date: string | undefined): number | undefined {
  const written = date?.trim().replace(' ', 'T') ?? '';
  const match = rfc3339.exec(written);
  if (!match) return undefined;
  const ms = Date.parse(match[1] === undefined ? `${written}Z` : written);
  if (Number.isNaN(ms)) return undefined;
  return ms + 999 + (match[1] === undefined ? halfDayMs : 0);
}

/** Whether a job may be one of this process. Servers name it by id, by id and version, or by URI; some not at all. */
export function mayBeOf(info: StatusInfo, processId: string): boolean {
  const named = info.processID ?? info.process;
  if (named === undefined || named.trim() === '') return true;
  const last = named.split(/[?#]/, 1)[0]?.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return [named, last, decoded(last)].some(
    (name) => name === processId || (name.startsWith(processId) && /^[:@;]/.test(name.slice(processId.length))),
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const requestShown = z.object({ inputs: z.unknown().optional() });

/** What the job was launched with, where the server shows it: the request (2.0), or its parameters (pygeoapi). */
export function inputsShown({ request, parameters }: StatusInfo): unknown {
  const asked = requestShown.safeParse(jsonOf(request));
  if (asked.success && asked.data.inputs !== undefined) return asked.data.inputs;
  const given = jsonOf(parameters);
  const wrapped = requestShown.safeParse(given);
  return wrapped.success && wrapped.data.inputs !== undefined ? wrapped.data.inputs : (given ?? undefined);
}

/** Some store it as text. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
