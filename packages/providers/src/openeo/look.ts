import type { Call, Cost, LookAnswer, LookManyAnswer, RemoteJob, RemoteState } from '@nightpass/core';
import { noSlot } from '../auth/authorized-client.ts';
import { refused } from '../http/failure-table.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import { costOf } from '../read-cost.ts';
import { placeOf } from './address.ts';
import { type Client, firstFree } from './client.ts';
import type { Reading } from './discovery.ts';
import { failed } from './failures.ts';
import { listJobs } from './list-jobs.ts';
import { firstError, isCreated, type JobReply, readJob, type Started, stateOf } from './replies.ts';

/** Of the jobs of one list that failed, so many are asked why; the others are looked at singly. */
const mostReasons = 20;
/**
 * Where a list does not say what its ended jobs cost, they are asked one by one, for so long after the list; the others
 * end without their cost: hundreds of ends must not wait for hundreds of bills.
 */
const costsForMs = 5_000;

export async function look(client: Client, job: RemoteJob, lagMs: number, call: Call): Promise<LookAnswer> {
  const place = placeOf(job);
  if (!place) return refused('address-refused', 'the address is not one of a job here');
  const reading = firstFree(call);
  const exchange = await client.get(place.path, reading);
  if (exchange.kind !== 'answer') return failed(exchange);
  if (exchange.status === 404 || exchange.status === 410) {
    return { kind: 'missing', reason: reasonLine(`HTTP ${exchange.status}: ${excerpt(exchange)}`) };
  }
  const seen = exchange.status === 200 ? readJob(exchange.json) : undefined;
  if (!seen) return failed(exchange);
  // A cache on the way may answer with another job: its end is not this one's.
  if (seen.id !== undefined && seen.id !== job.id) return failed(exchange, 'HTTP 200: the answer is about another job');
  const currency = await currencyOf(client, reading);
  const state = await explained(client, job.id, stateOf(seen, startedBy(place, lagMs), currency), reading);
  return state ? { kind: 'seen', state } : noSlot;
}

/** One list answers for all of them. */
export async function lookMany(
  client: Client,
  jobs: readonly RemoteJob[],
  lagMs: number,
  call: Call,
): Promise<LookManyAnswer> {
  let requests = 0;
  const { turn, signal } = firstFree(call);
  const counted = async () => {
    const goes = await turn();
    if (goes) requests++;
    return goes;
  };
  // Costs are not of the list's own price: they are asked of few, and once.
  const reading: Reading = { signal, turn: counted };
  const listing = await listJobs((path) => client.get(path, reading));
  if (listing.kind === 'unsure') return { kind: 'ambiguous', rule: 'list-unsure', reason: listing.reason };
  if (listing.kind !== 'list') return listing;
  const rows = new Map(listing.rows.map((row): [string | undefined, JobReply] => [row.id, row]));
  const currency = await currencyOf(client, reading);
  const seen = new Map<string, RemoteState>();
  let reasonsLeft = mostReasons;
  const costsUntilMs = currency === undefined ? 0 : performance.now() + costsForMs;
  for (const job of jobs) {
    const row = rows.get(job.id);
    const place = row && placeOf(job);
    if (!place) continue;
    const state = stateOf(row, startedBy(place, lagMs), currency);
    if (state.status === 'failed' && --reasonsLeft < 0) continue;
    const whole = await explained(client, job.id, state, reading);
    if (!whole) {
      reasonsLeft = 0;
      continue;
    }
    const asks = isOver(whole) && whole.cost === undefined && performance.now() < costsUntilMs;
    const cost = asks ? await costOfJob(client, job.id, place.path, currency, { signal, turn }) : whole.cost;
    // Called off in the middle of it: the next look asks.
    if (asks && !cost && signal.aborted) continue;
    seen.set(job.id, cost ? { ...whole, cost } : whole);
  }
  return { kind: 'listed', seen, requests };
}

const startedBy = ({ startedAtMs }: { startedAtMs: number | undefined }, lagMs: number): Started => ({
  atMs: startedAtMs,
  nowMs: Date.now(),
  lagMs,
});

const isOver = ({ status, word }: RemoteState) =>
  (status === 'succeeded' || status === 'failed' || status === 'cancelled') && !isCreated(word);

/** Of what is known of the API already: it was called a moment ago. */
async function currencyOf(client: Client, reading: Reading): Promise<string | undefined> {
  const api = await client.api(reading);
  return 'rule' in api ? undefined : api.currency;
}

/** What one ended job cost, by its own answer. Undefined where that cannot be had: it ends all the same. */
async function costOfJob(
  client: Client,
  id: string,
  path: string,
  currency: string | undefined,
  reading: Reading,
): Promise<Cost | undefined> {
  const exchange = await client.get(path, reading);
  const told = exchange.kind === 'answer' && exchange.status === 200 ? readJob(exchange.json) : undefined;
  return told && (told.id === undefined || told.id === id) ? costOf(told.costs, currency) : undefined;
}

/** A failed job does not say why: its logs do. @returns undefined where there was no slot to ask them. */
async function explained(
  client: Client,
  id: string,
  state: RemoteState,
  reading: Reading,
): Promise<RemoteState | undefined> {
  if (state.status !== 'failed') return state;
  const exchange = await client.get(`/jobs/${encodeURIComponent(id)}/logs?level=error&limit=20`, reading);
  if (exchange.kind === 'noCredentials' && exchange.failure.rule === noSlot.rule) return undefined;
  // Logs that cannot be read keep no job from its end.
  const message = exchange.kind === 'answer' && exchange.status === 200 ? firstError(exchange.json) : undefined;
  return { ...state, message };
}
