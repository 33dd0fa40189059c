import type { Call, FindAnswer, FindRequest } from '@nightpass/core';
import { reasonLine } from '../http/text-excerpt.ts';
import { idOf, startedJob } from './address.ts';
import { type Client, noneFree } from './client.ts';
import type { Api } from './discovery.ts';
import { failed } from './failures.ts';
import type { JobList, Listing } from './list-jobs.ts';
import { titleKey } from './payload.ts';
import { createdMs, isCreated, type JobReply, readJob } from './replies.ts';

/** How far the platform's clock may be from ours unnoticed. */
const skewMs = 120_000;

/**
 * What became of a launch that lost an answer. With an id on record, that job is looked at: the answer to its start was
 * lost. Without one, it was the answer to its creation: a job with the launch key at the end of its title is searched
 * for. No job found so was started by us, since ids go on record before that; so a list that misses one costs no more
 * than a job that stays `created` for ever.
 */
export async function findLaunch(
  client: Client,
  list: () => Promise<Listing>,
  request: FindRequest,
  lagMs: number,
  call: Call,
): Promise<FindAnswer> {
  const api = await client.api(noneFree(call));
  if ('rule' in api) return api;
  if (request.step !== undefined) return findById(client, api, { ...request, step: request.step }, lagMs, call);
  const listing = await list();
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  // A platform that will not show its list tells nothing now, and nothing later.
  if (listing.kind === 'rejected') return { kind: 'cannotTell', rule: 'list-refused', reason: listing.reason };
  return listing.kind === 'list' ? findByTitle(listing, api, request) : listing;
}

async function findById(
  client: Client,
  api: Api,
  { step, intentAtMs }: FindRequest & { step: string },
  lagMs: number,
  call: Call,
): Promise<FindAnswer> {
  const exchange = await client.get(`/jobs/${encodeURIComponent(step)}`, noneFree(call));
  const mayLag = Date.now() - intentAtMs < lagMs;
  if (exchange.kind === 'answer' && exchange.status === 404) {
    const reason = `job ${step} was created, and is not there`;
    return mayLag ? notYet(reason) : { kind: 'cannotTell', rule: 'created-job-gone', reason };
  }
  const job = exchange.kind === 'answer' && exchange.status === 200 ? readJob(exchange.json) : undefined;
  if (job?.status === undefined || (job.id !== undefined && job.id !== step)) return failed(exchange);
  if (!isCreated(job.status)) return found(api, step, 'found-by-id');
  const reason = `job ${step} is there and waits for its start`;
  return mayLag ? notYet(reason) : { kind: 'begun', step, rule: 'created-not-started', reason };
}

/** An answer of the platform, and no trouble of its: what was sent a moment ago may not show yet. */
function notYet(reason: string): FindAnswer {
  return { kind: 'rejected', rule: 'may-not-show-yet', status: 0, reason: `${reason}; what was sent may not show yet` };
}

type Ours = JobReply & { id: string };

async function findByTitle({ rows, isPart }: JobList, api: Api, request: FindRequest): Promise<FindAnswer> {
  const key = titleKey(request.launchKey);
  const titled = rows.filter((row) => row.title?.trimEnd().endsWith(key));
  const named = titled.filter((row): row is Ours => idOf(row.id) !== undefined && idOf(row.id) === row.id);
  if (named.length < titled.length) {
    return { kind: 'cannotTell', rule: 'id-unusable', reason: 'a job with its key has an id that fits in no path' };
  }
  const taken = await request.claimed(named.map((row) => row.id));
  const ours = named.filter((row) => !taken.has(row.id));
  if (ours.length > 0) return chosen(api, ours);
  if (isPart) {
    const reason = 'a member of the federation did not list its jobs';
    return { kind: 'cannotTell', rule: 'federation-missing', reason };
  }
  if (rows.every((row) => row.title === undefined) && rows.some((row) => isRecent(row, request.intentAtMs))) {
    return { kind: 'cannotTell', rule: 'titles-not-shown', reason: 'the list shows no titles' };
  }
  return { kind: 'notFound', rule: 'searched-whole', reason: `none of ${rows.length} jobs carries its key` };
}

/** Of several jobs with one key, the one that is not idle; of idle ones, the oldest. The others are left as they are. */
function chosen(api: Api, ours: readonly Ours[]): FindAnswer {
  const [active, another] = ours.filter((row) => !isCreated(row.status));
  if (active && another) {
    const reason = reasonLine(
      `${ours.length} jobs carry its key and were started, e.g. ${active.id} and ${another.id}`,
    );
    return { kind: 'cannotTell', rule: 'more-than-one', reason };
  }
  if (active) return found(api, active.id, 'found-by-title');
  const [oldest] = [...ours].sort((a, b) => (createdMs(a) ?? 0) - (createdMs(b) ?? 0));
  const step = oldest?.id ?? '';
  return {
    kind: 'begun',
    step,
    rule: 'created-not-started',
    reason: `job ${step} carries its key and was not started`,
  };
}

function found(api: Api, id: string, rule: string): FindAnswer {
  return { kind: 'found', job: startedJob(id, api, Date.now()), rule };
}

const isRecent = (row: JobReply, intentAtMs: number) =>
  (createdMs(row) ?? Number.POSITIVE_INFINITY) >= intentAtMs - skewMs;
