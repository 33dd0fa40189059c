import { createHash } from 'node:crypto';
import type { CallFailure, Survey, SurveyAnswer, SurveyedJob, SurveyQuery, Task } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { pathSegment } from '../http/paths.ts';
import { clockOffsetMs } from '../http/retry-after.ts';
import { jobHere } from './address.ts';
import type { Client } from './client.ts';
import { listNewest, pageIn, type Row } from './list-jobs.ts';
import { keysIn, textInputs } from './payload.ts';

/** How far the platform's clock may be from ours unnoticed. What its `Date` header shows is added. */
const skewMs = 120_000;

/**
 * Every job of a service, as the list of jobs shows them, config included. A label names the launch that had the config
 * last, which may not be the one that made the job: inputs count as well.
 */
export function createSurvey(client: Client): Survey {
  return {
    placeOf: ({ process, ...task }) => placeOf(process.id, longestOf(textInputs({ ...task, process }))),
    jobsOf: (query, signal) => jobsOf(client, query, signal),
  };
}

async function jobsOf(client: Client, query: SurveyQuery, signal: AbortSignal): Promise<SurveyAnswer> {
  const { id: serviceId } = query.process;
  const segment = pathSegment(serviceId);
  // No launch of such a service ever left us.
  if (segment === undefined) return { kind: 'surveyed' };
  let aheadMs = 0;
  const call = { signal, readSlot: async () => true };
  const get = async (path: string, judged = passingFailure(client)) => {
    const exchange = await query.read(() => client.get(path, call), judged);
    if (exchange.kind === 'answer') aheadMs = clockOffsetMs(exchange.headers.date, Date.now());
    return exchange;
  };

  const sinceMs = (query.sinceMs ?? Number.NEGATIVE_INFINITY) - skewMs;
  const isSince = (row: Row) => (createdMs(row) ?? Number.POSITIVE_INFINITY) >= sinceMs + aheadMs;
  const listing = await listNewest((path) => get(path), client.failed, isSince);
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  if (listing.kind !== 'listed') return listing;

  const recent = listing.rows.filter((row) => isSince(row) && !row.parentJob);
  const own = await ofService(recent, serviceId, () => get(`/services/${segment}`, () => undefined));
  const known = await query.known(own.map(({ id }) => id));
  for (const row of own) if (!known.has(row.id)) query.onJob(surveyed(client, row, serviceId, aheadMs));
  return { kind: 'surveyed' };
}

/** What may be otherwise in a moment. A clear no stays one. */
function passingFailure(client: Client): (exchange: AuthorizedExchange) => CallFailure | undefined {
  return (exchange) => {
    if (pageIn(exchange)) return undefined;
    const failure = client.failed(exchange);
    return failure.kind === 'rejected' ? undefined : failure;
  };
}

/** Old servers name the service of a job by its name only; where that cannot be read either, all jobs may be its. */
async function ofService(
  rows: readonly Row[],
  serviceId: string,
  readService: () => Promise<AuthorizedExchange>,
): Promise<Row[]> {
  const byId = rows.filter((row) => row.serviceId === undefined || row.serviceId === serviceId);
  if (byId.every((row) => row.serviceId !== undefined)) return byId;
  const exchange = await readService();
  const json = exchange.kind === 'answer' && exchange.status === 200 ? exchange.json : undefined;
  const name = typeof json === 'object' && json !== null && 'name' in json ? json.name : undefined;
  if (typeof name !== 'string') return byId;
  return byId.filter((row) => row.serviceId !== undefined || row.serviceName === undefined || row.serviceName === name);
}

function surveyed(client: Client, row: Row, serviceId: string, aheadMs: number): SurveyedJob {
  const inputs = row.config?.inputs;
  const made = createdMs(row);
  return {
    job: jobHere(client.api, row.id),
    createdAtMs: made === undefined ? undefined : made - aheadMs,
    launchKeys: keysIn(row.config?.label ?? row.label ?? ''),
    places: inputs && [
      placeOf(serviceId, undefined),
      ...Object.entries(inputs).map((pair) => placeOf(serviceId, pair)),
    ],
    fits: (task) => fits(inputs, task),
  };
}

/** Only of a time with its zone; the times of start and end have none. */
function createdMs({ created }: Row): number | undefined {
  const ms = created !== undefined && /(?:Z|[+-]\d{2}:?\d{2})$/.test(created) ? Date.parse(created) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** "unclear" where there is more than we gave: the newest servers add to the inputs. */
function fits(theirs: Record<string, unknown> | undefined, task: Task): ReturnType<SurveyedJob['fits']> {
  if (theirs === undefined) return 'unclear';
  const ours = Object.entries(textInputs(task));
  if (!ours.every(([name, values]) => JSON.stringify(theirs[name]) === JSON.stringify(values))) return 'other';
  return ours.length === Object.keys(theirs).length ? 'same' : 'unclear';
}

type Pair = readonly [string, unknown];

/** The input that tells most: the one that is longest. */
function longestOf(inputs: Record<string, string[]>): Pair | undefined {
  const length = ([, values]: Pair) => JSON.stringify(values).length;
  return Object.entries(inputs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce<Pair | undefined>(
      (most, pair) => (most === undefined || length(pair) > length(most) ? pair : most),
      undefined,
    );
}

const placeOf = (serviceId: string, pair: Pair | undefined) =>
  createHash('sha256')
    .update(JSON.stringify([serviceId, pair ?? null]))
    .digest('base64url')
    .slice(0, 22);
