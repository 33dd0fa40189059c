import type { RemoteJob } from '@nightpass/core';
import { type Base, pathSegment } from '../http/paths.ts';
import type { Api } from './discovery.ts';

/**
 * Where a job is, and since when we know that it was started.
 *
 * `created` is said of a job that waits for its start, of one whose start does not show yet, and of one that was reset
 * or cancelled. Which of them it is follows from when it was started; and a look is given a job's id and address only.
 * So the address carries that moment as a fragment: it goes with the job wherever the ledger keeps it, and no fragment
 * is ever sent.
 */

/** As the specification has them. The other characters never stand in a path by themselves. */
const jobId = /^[\w\-.~]{1,200}$/;
const written = /^(\/.*)\/jobs\/([^/?#]+)(?:#started=(\d{1,15}))?$/;

/** An id that may be used; undefined for any other. */
export function idOf(said: string | undefined): string | undefined {
  const id = said?.trim();
  return id !== undefined && jobId.test(id) && pathSegment(id) !== undefined ? id : undefined;
}

/** Which job an answer made: by `OpenEO-Identifier`, else by `Location`, if that is one of this API's jobs. */
export function createdJob(headers: Readonly<Record<string, string>>, base: Base, api: Api): string | undefined {
  const named = headers['openeo-identifier'];
  if (named !== undefined) return idOf(named);
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, base.origin)) return undefined;
  const { pathname } = new URL(location, base.origin);
  return pathname.startsWith(`${api.prefix}/jobs/`) ? idOf(pathname.slice(`${api.prefix}/jobs/`.length)) : undefined;
}

export function startedJob(id: string, { prefix }: Api, startedAtMs: number): RemoteJob {
  return { id, address: `${prefix}/jobs/${id}#started=${Math.round(startedAtMs)}` };
}

/** Path of a job below the API's own, and when it was started; undefined for what `startedJob` never made. */
export function placeOf({ id, address }: RemoteJob): { path: string; startedAtMs: number | undefined } | undefined {
  const [, prefix, said, startedAt] = written.exec(address) ?? [];
  if (prefix === undefined || prefix.startsWith('//') || idOf(said) !== id) return undefined;
  return { path: `/jobs/${id}`, startedAtMs: startedAt === undefined ? undefined : Number(startedAt) };
}
