import type { Call, CallFailure, LookAnswer, LookManyAnswer, RemoteJob, RemoteState } from '@nightpass/core';
import { noSlot } from '../auth/authorized-client.ts';
import { refused } from '../http/failure-table.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { costOf } from '../read-cost.ts';
import { addressHere, jobHere, priceIn } from './address.ts';
import { goneReason } from './answers.ts';
import type { Client } from './client.ts';
import { pageIn } from './list-jobs.ts';
import { type JobReply, priceOf, readJob, reasonInLogs } from './replies.ts';
import { familyState, stateOf } from './state.ts';

const listSize = 100;

export const foreignAddress = refused('address-refused', 'the address is not one of a job here');

/** One job. A parent is seen through its sub-jobs; why a job failed stands in its logs only. */
export async function look(client: Client, job: RemoteJob, call: Call): Promise<LookAnswer> {
  const address = addressHere(client.api, job.address);
  if (address === undefined) return foreignAddress;
  const read = await readOne(client, address.slice(client.api.path.length), call);
  if (read.kind !== 'read') return read;
  const state = await wholeState(client, read.job, call);
  return 'kind' in state ? state : { kind: 'seen', state: withCost(state, read.job, job) };
}

/** @param path below the API's */
export async function readOne(
  client: Client,
  path: string,
  call: Call,
): Promise<{ kind: 'read'; job: JobReply & { id: string } } | { kind: 'missing'; reason: string } | CallFailure> {
  const exchange = await client.get(`${path}?projection=detailedJob`, call);
  if (exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 410)) {
    return { kind: 'missing', reason: goneReason(exchange) };
  }
  const job = exchange.kind === 'answer' && exchange.status === 200 ? readJob(exchange.json) : undefined;
  if (!job) return client.failed(exchange);
  // A cache on the way may answer with another job: its end is not this one's.
  const id = path.split('/').at(-1) ?? '';
  if (job.id !== id) return client.failed(exchange, 'other', 'HTTP 200: the answer is about another job');
  return { kind: 'read', job: { ...job, id } };
}

/** What a row says, and what has to be read beside it. */
async function wholeState(
  client: Client,
  job: JobReply & { id: string },
  call: Call,
): Promise<RemoteState | CallFailure> {
  if (job.parent === true) {
    const family = await readFamily(client, job.id, call);
    if (!Array.isArray(family)) return family;
    if (family.length > 0) return familyState(job, family);
  }
  const state = stateOf(job);
  if (state.status !== 'failed') return state;
  const exchange = await client.getNext(`/jobs/${job.id}/logs`, call);
  if (exchange.kind === 'noCredentials' && exchange.failure.rule === noSlot.rule) return exchange.failure;
  const why = exchange.kind === 'answer' && exchange.status === 200 ? reasonInLogs(exchange.json) : undefined;
  return { ...state, message: why === undefined ? undefined : reasonLine(why) };
}

/** Charged when it is submitted, whatever becomes of it then; given back where it is cancelled before it starts. */
function withCost(state: RemoteState, row: JobReply, job: RemoteJob): RemoteState {
  if (state.status !== 'succeeded' && state.status !== 'failed') return state;
  const cost = costOf(priceOf(row) ?? priceIn(job.address), 'credits');
  return cost ? { ...state, cost } : state;
}

/** Sub-jobs come without pages. */
export async function readFamily(client: Client, id: string, call: Call): Promise<JobReply[] | CallFailure> {
  const exchange = await client.getNext(`/jobs/${id}/subJobs?projection=shortJob`, call);
  if (exchange.kind === 'answer' && exchange.status === 404) return [];
  const page = pageIn(exchange, 'whole');
  return page ? page.items : client.failed(exchange);
}

/** By the list of all jobs, the newest first: as far as the oldest of those, or as long as it is worth it. */
export async function lookMany(client: Client, jobs: readonly RemoteJob[], call: Call): Promise<LookManyAnswer> {
  const isHere = (job: RemoteJob) => addressHere(client.api, job.address) === jobHere(client.api, job.id).address;
  const asked = new Map(jobs.filter(isHere).map((job) => [job.id, job]));
  const lowestAsked = Math.min(...[...asked.keys()].map(Number));
  const mostPages = Math.ceil(asked.size / 5);
  const seen = new Map<string, RemoteState>();
  let requests = 0;
  const counted: Call = {
    ...call,
    async readSlot() {
      if (requests > 0 && !(await call.readSlot())) return false;
      requests += 1;
      return true;
    },
  };
  for (let number = 0; number < mostPages && seen.size < asked.size; number++) {
    const path = `/jobs?projection=shortJob&sort=id,desc&page=${number}&size=${listSize}`;
    const exchange = await client.getNext(path, counted);
    const page = pageIn(exchange);
    if (!page) return client.failed(exchange);
    for (const row of page.items) {
      const { id = '' } = row;
      const job = asked.get(id);
      if (!job || seen.has(id)) continue;
      const state = await wholeState(client, { ...row, id }, counted);
      if ('kind' in state) return state;
      seen.set(id, withCost(state, row, job));
    }
    const isLast = page.items.length === 0 || (page.totalPages !== undefined && number >= page.totalPages - 1);
    if (isLast || page.items.some((row) => Number(row.id) <= lowestAsked)) break;
  }
  return { kind: 'listed', seen, requests };
}
