import type { FindAnswer, FindRequest, RemoteJob } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import type { Base } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { jobFrom, jobsPath } from './address.ts';
import { type Match, matchInput } from './compare.ts';
import { failureOf } from './failures.ts';
import { type Listing, listJobs, type Row } from './list-jobs.ts';
import type { PayloadOptions } from './payload.ts';
import { latestMs, readJob, tracesOf } from './replies.ts';

/** How far the platform's clock may be from ours unnoticed. What its `Date` header shows is added. */
const skewMs = 120_000;
/** More than these are not read one by one. */
const mostCandidates = 500;

/** Reads path and query, with credentials, when the provider's pace allows. */
export type Get = (path: string) => Promise<AuthorizedExchange>;

/** What searches for launches of one process share: its list, and the jobs that one of them has read. */
export interface SharedList {
  listing: Listing;
  readJob: Get;
}

/** Reads the list. A job's input never changes: what one search has read serves the others. */
export async function readSharedList(get: Get, path: string, projectId: string): Promise<SharedList> {
  const listing = await listJobs(get, path, projectId);
  const read = new Map<string, Promise<AuthorizedExchange>>();
  const readJob: Get = (address) => {
    const there = read.get(address);
    if (there) return there;
    const reading = get(address);
    read.set(address, reading);
    const forget = () => read.delete(address);
    reading.then((exchange) => (exchange.kind === 'answer' && exchange.status === 200) || forget(), forget);
    return reading;
  };
  return { listing, readJob };
}

/**
 * Which job, if any, a lost launch made. The platform has no search by name, and its lists carry no input: the jobs
 * of the process since the launch that belong to no task of ours are read one by one, and their input is compared
 * with what was sent. Every doubt ends in "cannotTell".
 */
export async function findLaunch(
  list: (path: string, projectId: string) => Promise<SharedList>,
  base: Base,
  options: PayloadOptions,
  request: FindRequest,
): Promise<FindAnswer> {
  const { process } = request.task;
  const path = jobsPath(base, process.id);
  if (path === undefined) return { kind: 'notFound', rule: 'never-sendable', reason: 'the process id fits in no path' };
  const { listing, readJob } = await list(path, process.projectId);
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  // A platform that will not show its list tells nothing now, and nothing later.
  if (listing.kind === 'rejected') return { kind: 'cannotTell', rule: 'list-refused', reason: listing.reason };
  if (listing.kind !== 'whole') return listing;

  const sinceMs = request.intentAtMs - skewMs - Math.abs(listing.clockOffsetMs);
  const recent = listing.rows.filter((row) => (latestMs(row.creationDate) ?? Number.POSITIVE_INFINITY) >= sinceMs);
  const taken = await request.claimed(recent.map((row) => row.id));
  const candidates = recent.filter((row) => !taken.has(row.id));
  if (candidates.length > mostCandidates) {
    const reason = `${candidates.length} jobs since the launch belong to no task; more than ${mostCandidates} are not compared`;
    return { kind: 'cannotTell', rule: 'too-many-candidates', reason };
  }
  return judge(readJob, base, options, request, candidates);
}

async function judge(
  get: Get,
  base: Base,
  options: PayloadOptions,
  request: FindRequest,
  candidates: readonly Row[],
): Promise<FindAnswer> {
  const launched = { processId: request.task.process.id, projectId: request.task.process.projectId };
  const same: RemoteJob[] = [];
  const unclear: string[] = [];
  for (const row of candidates) {
    const place = jobFrom(base, tracesOf(row), launched);
    if (!place) {
      return {
        kind: 'cannotTell',
        rule: 'candidate-unreadable',
        reason: 'a job in the list has an id that fits in no path',
      };
    }
    const exchange = await get(place.job.address);
    if (exchange.kind === 'noCredentials') return exchange.failure;
    if (exchange.kind === 'answer' && exchange.status === 404) {
      return {
        kind: 'cannotTell',
        rule: 'candidate-gone',
        reason: reasonLine(`job ${row.id} was in the list and is gone`),
      };
    }
    const job = exchange.kind === 'answer' && exchange.status === 200 ? readJob(exchange.json) : undefined;
    if (job === undefined || (job.id !== undefined && job.id !== row.id)) return failureOf(exchange);
    const match: Match = matchInput(job.input, request, options);
    if (match === 'same') same.push(place.job);
    if (match === 'unclear') unclear.push(row.id);
  }
  return verdict(same, unclear, candidates.length, options);
}

function verdict(
  same: readonly RemoteJob[],
  unclear: readonly string[],
  read: number,
  options: PayloadOptions,
): FindAnswer {
  const [job, another] = same;
  if (job && another) {
    const reason = `${same.length} jobs since the launch have its input, e.g. ${job.id} and ${another.id}`;
    return { kind: 'cannotTell', rule: 'more-than-one', reason };
  }
  // With the token in its name, a job is ours whatever the others do not say.
  if (job && (options.launchNameToken || unclear.length === 0)) {
    return { kind: 'found', job, rule: options.launchNameToken ? 'found-by-token' : 'found-by-input' };
  }
  if (unclear.length > 0) {
    const reason = `${unclear.length} of ${read} jobs since the launch do not show their input whole, e.g. ${unclear[0]}`;
    return { kind: 'cannotTell', rule: 'input-not-shown', reason };
  }
  return {
    kind: 'notFound',
    rule: 'searched-whole',
    reason: `none of ${read} unclaimed jobs since the launch is this one`,
  };
}
