import type { CallFailure, RemoteJob, Survey, SurveyAnswer, SurveyedJob, SurveyQuery, Task } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import type { Base } from '../http/paths.ts';
import { jobFrom, jobsPath } from './address.ts';
import { boxOf, isCutFrom, type Match, matchButName, nearDegrees, plain, worst } from './compare.ts';
import { failureOf } from './failures.ts';
import { listJobs, type Row } from './list-jobs.ts';
import { type PayloadOptions, payloadOf } from './payload.ts';
import { type JobReply, latestMs, readJob, tracesOf } from './replies.ts';

/**
 * Every job of a process. Lists show neither name nor input: each job is read on its own, several at a time so that
 * a slow platform is still read at the pace that it allows.
 */

const readsAtOnce = 8;
/** How far the platform's clock may be from ours unnoticed. What its `Date` header shows is added. */
const skewMs = 120_000;

type Get = (path: string, signal: AbortSignal) => Promise<AuthorizedExchange>;
type Input = Readonly<Record<string, unknown>>;

export function createSurvey(get: Get, base: Base, options: PayloadOptions): Survey {
  return {
    placeOf: ({ process, zone }) => placeOf(zone.imageId, process.datasetId, cells(boxOf(zone.geom), 0)[0] ?? ''),
    jobsOf: (query, signal) => jobsOf((path) => get(path, signal), base, options, query),
  };
}

async function jobsOf(
  get: (path: string) => Promise<AuthorizedExchange>,
  base: Base,
  options: PayloadOptions,
  query: SurveyQuery,
): Promise<SurveyAnswer> {
  const { process } = query;
  const path = jobsPath(base, process.id);
  // No launch of such a process ever left us.
  if (path === undefined) return { kind: 'surveyed' };
  const patient = (at: string) => query.read(() => get(at), passingFailure);
  const listing = await listJobs(patient, path, process.projectId);
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  if (listing.kind !== 'whole') return listing;

  const sinceMs = (query.sinceMs ?? Number.NEGATIVE_INFINITY) - skewMs - Math.abs(listing.clockOffsetMs);
  const recent = listing.rows.filter((row) => (latestMs(row.creationDate) ?? Number.POSITIVE_INFINITY) >= sinceMs);
  const known = await query.known(recent.map((row) => row.id));
  const rest = recent.filter((row) => !known.has(row.id)).values();
  let failure: CallFailure | undefined;
  const readRest = async () => {
    for (const row of rest) {
      if (failure) return;
      const read = await readOne(patient, base, process, row);
      if (read.kind !== 'read') failure = read;
      else query.onJob(surveyed(read.job, row, read.input, listing.clockOffsetMs, options));
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, readRest));
  return failure ?? { kind: 'surveyed' };
}

/** Without an input: a job that is gone, or does not show it, was made by a launch all the same. */
async function readOne(
  get: (path: string) => Promise<AuthorizedExchange>,
  base: Base,
  { id: processId, projectId }: { id: string; projectId: string },
  row: Row,
): Promise<{ kind: 'read'; job: RemoteJob; input: Input | undefined } | CallFailure> {
  const place = jobFrom(base, tracesOf(row), { processId, projectId });
  if (!place) return { kind: 'read', job: { id: row.id, address: '' }, input: undefined };
  const exchange = await get(place.job.address);
  if (exchange.kind === 'noCredentials') return exchange.failure;
  if (exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 410)) {
    return { kind: 'read', job: place.job, input: undefined };
  }
  const reply = replyOf(exchange);
  if (reply === undefined || (reply.id !== undefined && reply.id !== row.id)) return failureOf(exchange);
  return { kind: 'read', job: place.job, input: reply.input };
}

function replyOf(exchange: AuthorizedExchange): JobReply | undefined {
  return exchange.kind === 'answer' && exchange.status === 200 ? readJob(exchange.json) : undefined;
}

/** What may be otherwise in a moment. A clear no stays one. */
function passingFailure(exchange: AuthorizedExchange): CallFailure | undefined {
  if (exchange.kind === 'noCredentials') return exchange.failure;
  if (replyOf(exchange)) return undefined;
  const failure = failureOf(exchange);
  return failure.kind === 'rejected' ? undefined : failure;
}

function surveyed(
  job: RemoteJob,
  row: Row,
  input: Input | undefined,
  clockOffsetMs: number,
  options: PayloadOptions,
): SurveyedJob {
  const createdMs = latestMs(row.creationDate);
  const name = typeof input?.name === 'string' ? input.name : '';
  return {
    job,
    createdAtMs: createdMs === undefined ? undefined : createdMs - clockOffsetMs,
    launchKeys: [...name.matchAll(/\[([a-z0-9]+)\]/g)].map(([, key]) => key ?? ''),
    places: placesOf(input),
    fits: (task) => fits(input, task, options),
  };
}

function fits(input: Input | undefined, task: Task, options: PayloadOptions): Match {
  if (input === undefined) return 'unclear';
  const ours = payloadOf({ task, attempt: 1, launchKey: '', step: undefined }, { ...options, launchNameToken: false });
  return worst([matchStem(input.name, ours.name, options), matchButName(input, ours)]);
}

/** The name, as it is without a token. */
function matchStem(echoed: unknown, ours: string, { launchNameToken }: PayloadOptions): Match {
  if (typeof echoed !== 'string') return 'unclear';
  // Where launches carry a token, one without may be of the time before they did, or somebody else's.
  if (plain(echoed) === plain(ours)) return launchNameToken ? 'unclear' : 'same';
  const [stem, token] = [`${plain(ours)} [`, plain(echoed)];
  const tokenIsCut = token.startsWith(stem) && !token.slice(stem.length).includes(']');
  return tokenIsCut || isCutFrom(echoed, ours) ? 'unclear' : 'other';
}

/** Degrees; several times what coordinates may be off. */
const cellDegrees = 1e-3;

const placeOf = (image: string, dataset: string, cell: string) => JSON.stringify([image, dataset, cell]);

function placesOf(input: Input | undefined): string[] | undefined {
  const image = input?.imageId ?? input?.imageId1;
  const dataset = input?.datasetId;
  const box = boxOf(input?.geom);
  if (image === undefined || image === null || dataset === undefined || dataset === null || !box) return undefined;
  // A little more than a match may be off, for the rounding of the sums.
  return cells(box, nearDegrees * 1.01).map((cell) => placeOf(String(image), String(dataset), cell));
}

/** The cells that the four edges of a box lie in; in which they may lie, where they may be off by so many degrees. */
function cells(box: readonly number[] | undefined, offDegrees: number): string[] {
  let found = [''];
  for (const edge of box ?? []) {
    const ends = [edge - offDegrees, edge + offDegrees].map((at) => Math.floor(at / cellDegrees));
    found = [...new Set(ends)].flatMap((end) => found.map((cell) => `${cell},${end}`));
  }
  return found;
}
