import type { Call, CallFailure, FindAnswer, FindRequest } from '@nightpass/core';
import { type AuthorizedExchange, noSlot } from '../auth/authorized-client.ts';
import { createSharedReading } from '../shared-reading.ts';
import { jobHere } from './address.ts';
import type { Client } from './client.ts';
import { type Get, type Listing, listNewest, type Row } from './list-jobs.ts';
import { type Match, matchJob } from './match.ts';
import { readConfig } from './replies.ts';
import { readStep, type Step } from './step.ts';

/** Without a step no job was made. Our record may have been lost with it: so many pages are looked through all the same. */
const pagesWithoutStep = 4;
/** A search reads many pages, and one bad answer among them would make it no answer at all. */
const triesPerRead = 3;
/** More than these do not have their config read one by one. */
const mostUnshown = 200;

/** Which job, if any, a lost launch made. Searches share what they read: each is given the whole list since its own. */
export function createSearch(client: Client): (request: FindRequest, call: Call) => Promise<FindAnswer> {
  const shared = createSharedReading<Listing>();
  const wanted = new Set<{ downTo: number | undefined }>();
  const goesOn = ({ id }: Row, pages: number) =>
    [...wanted].some(({ downTo }) => (downTo === undefined ? pages < pagesWithoutStep : Number(id) > downTo));

  return async (request, call) => {
    const step = readStep(request.step);
    const mine = { downTo: step?.watermark };
    const get = patient(client, call);
    wanted.add(mine);
    try {
      const listing = await shared('jobs', () => listNewest(get, client.failed, goesOn));
      if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
      // A platform that will not show its list tells nothing now, and nothing later.
      if (listing.kind === 'rejected') return { kind: 'cannotTell', rule: 'list-refused', reason: listing.reason };
      if (listing.kind !== 'listed') return listing;
      const since = listing.rows.filter((row) => Number(row.id) > (step?.watermark ?? 0));
      const taken = await request.claimed(since.map((row) => row.id));
      const open = since.filter((row) => !taken.has(row.id));
      return step ? await judge(client, get, request, step, open) : withoutStep(client, request, open);
    } finally {
      wanted.delete(mine);
    }
  };
}

/** One reading at a time; made again while it fails in passing. */
function patient(client: Client, call: Call): Get {
  return async (path) => {
    for (let tries = 1; ; tries++) {
      if (!(await call.readSlot())) return { kind: 'noCredentials', failure: noSlot };
      const exchange = await client.get(path, call);
      if (tries === triesPerRead || call.signal.aborted || !isPassing(exchange)) return exchange;
    }
  };
}

/** Trouble of the moment, with no word of when to come again. */
function isPassing(exchange: AuthorizedExchange): boolean {
  if (exchange.kind !== 'answer') return exchange.kind !== 'noCredentials';
  return exchange.status >= 500 && exchange.headers['retry-after'] === undefined;
}

/** The step is on record before the launch is sent: none was. */
function withoutStep(client: Client, { launchKey }: FindRequest, rows: readonly Row[]): FindAnswer {
  const [row, another] = rows.filter(
    (each) => matchJob(each, launchKey, { configId: '', owner: undefined }) === 'same',
  );
  if (row && another) return twoOf([row, another]);
  if (row) return { kind: 'found', job: jobHere(client.api, row.id), rule: 'found-by-label' };
  return { kind: 'notFound', rule: 'never-sent', reason: 'it did not get as far as the request that makes a job' };
}

async function judge(
  client: Client,
  get: Get,
  { launchKey }: FindRequest,
  step: Step,
  rows: readonly Row[],
): Promise<FindAnswer> {
  const same: Row[] = [];
  const unclear: Row[] = [];
  let unshown = 0;
  for (const row of rows) {
    let match: Match | CallFailure = matchJob(row, launchKey, step);
    if (match === 'unshown') {
      unshown += 1;
      match = unshown > mostUnshown ? 'unclear' : await matchConfig(client, get, row, launchKey, step);
    }
    if (typeof match === 'object') return match;
    if (match === 'same') same.push(row);
    if (match === 'unclear' || match === 'unshown') unclear.push(row);
  }
  const top = same.length > 1 ? await withoutSubJobs(client, get, same) : same;
  if (!Array.isArray(top)) return top;
  const [job, another] = top;
  if (job && another) return twoOf([job, another]);
  const isByLabel = job !== undefined && matchJob(job, launchKey, { ...step, configId: '' }) === 'same';
  if (job && (isByLabel || unclear.length === 0)) {
    return { kind: 'found', job: jobHere(client.api, job.id), rule: isByLabel ? 'found-by-label' : 'found-by-config' };
  }
  if (unclear[0]) {
    const reason = `${unclear.length} of ${rows.length} unclaimed jobs since the launch do not show whose they are, e.g. ${unclear[0].id}`;
    return { kind: 'cannotTell', rule: 'label-not-shown', reason };
  }
  const reason = `none of ${rows.length} unclaimed jobs since the launch has its label or its config`;
  return { kind: 'notFound', rule: 'searched-whole', reason };
}

function twoOf([one, another]: [Row, Row]): FindAnswer {
  const reason = `more than one job since the launch has its label or its config, e.g. ${one.id} and ${another.id}`;
  return { kind: 'cannotTell', rule: 'more-than-one', reason };
}

/** A row that shows no config at all: it can be read by itself, mostly. */
async function matchConfig(
  client: Client,
  get: Get,
  row: Row,
  launchKey: string,
  step: Step,
): Promise<Match | CallFailure> {
  const exchange = await get(`/jobs/${row.id}/config`);
  if (exchange.kind === 'answer' && exchange.status === 404) return 'unclear';
  if (exchange.kind !== 'answer' || exchange.status !== 200) return client.failed(exchange);
  const { id, label } = readConfig(exchange.json);
  return matchJob({ ...row, config: { id, label, inputs: undefined } }, launchKey, step);
}

/** Sub-jobs may carry their parent's label, and be in the list. */
async function withoutSubJobs(client: Client, get: Get, rows: readonly Row[]): Promise<Row[] | CallFailure> {
  const top: Row[] = [];
  for (const row of rows) {
    const exchange = await get(`/jobs/${row.id}/parentJob`);
    if (exchange.kind !== 'answer') return client.failed(exchange);
    if (exchange.status === 404 || exchange.status === 204) top.push(row);
    else if (exchange.status !== 200) return client.failed(exchange);
  }
  return top;
}
