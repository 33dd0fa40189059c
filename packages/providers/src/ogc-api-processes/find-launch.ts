import { type CallFailure, type FindAnswer, type FindRequest, filledInputs } from '@nightpass/core';
import type { Base } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { jobAt } from './address.ts';
import { type Match, matchInputs } from './compare.ts';
import type { OgcApiProcessesConfig } from './config.ts';
import { failureOf } from './failures.ts';
import { firstPage, type Get, type Listing, listJobs, type Row } from './list-jobs.ts';
import { inputsShown, isAbout, madeBeforeMs, mayBeOf, readStatus } from './status.ts';

/** How far the server's clock may be from ours unnoticed. What its `Date` header shows is added. */
const skewMs = 120_000;
const dayMs = 86_400_000;
/** Where lists show no inputs but looks do, more than these are not looked at. */
const mostLooks = 100;

/** What a search reads with; searches for launches of one process share its readings. */
export interface Search {
  get: Get;
  list(processId: string, since: string): Promise<Listing>;
  /** Whether the process is known to run at once, and not in the background, whatever it is asked. */
  runsAtOnce(processId: string): Promise<boolean | CallFailure>;
}

/** From which day on a search needs jobs: generously before its launch, and the same for all launches of that day. */
function listedSince(intentAtMs: number): string {
  const ms = Math.floor((intentAtMs - dayMs) / dayMs) * dayMs;
  return new Date(Math.max(0, ms)).toISOString();
}

/**
 * Reads the list, filtered on the server where it filters: most do not, so that everything is compared again here. One
 * that refuses the filters is read without.
 */
export async function readList(get: Get, base: Base, processId: string, since: string): Promise<Listing> {
  const filtered = await listJobs(get, base, firstPage(base, { processID: processId, datetime: `${since}/..` }));
  if (filtered.kind !== 'rejected' || filtered.status !== 400) return filtered;
  return listJobs(get, base, firstPage(base));
}

/**
 * Which job, if any, a lost launch made. Nothing in a launch names it: by its inputs where the server shows them, else
 * by elimination, if nobody else launches there. Every doubt ends in "cannotTell".
 */
export async function findLaunch(
  request: FindRequest,
  search: Search,
  base: Base,
  config: Pick<OgcApiProcessesConfig, 'soleClient'>,
): Promise<FindAnswer> {
  const processId = request.task.process.id;
  const listing = await search.list(processId, listedSince(request.intentAtMs));
  if (listing.kind === 'unsure') return { kind: 'cannotTell', rule: 'list-unsure', reason: listing.reason };
  // A server that has no list, or will not show it, tells nothing now, and nothing later.
  if (listing.kind === 'rejected') return { kind: 'cannotTell', rule: 'list-refused', reason: listing.reason };
  if (listing.kind !== 'whole') return listing;
  const sinceMs = request.intentAtMs - skewMs - listing.clockOffsetMs;
  const recent = listing.rows
    .filter((row) => mayBeOf(row, processId))
    .filter((row) => (madeBeforeMs(row) ?? Number.POSITIVE_INFINITY) >= sinceMs);
  const taken = await request.claimed(recent.map((row) => row.rowId));
  const candidates = recent.filter((row) => !taken.has(row.rowId));
  const compared = await compareAll(candidates, request, search.get, base);
  if (compared.kind !== 'compared') return compared;
  const answer = verdict(compared.by, candidates.length, base, config);
  if (answer.kind !== 'notFound') return answer;
  const atOnce = await search.runsAtOnce(processId);
  if (typeof atOnce === 'object') return atOnce;
  if (!atOnce) return answer;
  const reason = 'the process runs at once, and may then leave no job in the list';
  return { kind: 'cannotTell', rule: 'may-have-run-at-once', reason };
}

type Compared = { kind: 'compared'; by: Record<Match, Row[]> };

async function compareAll(
  candidates: readonly Row[],
  request: FindRequest,
  get: Get,
  base: Base,
): Promise<Compared | Exclude<FindAnswer, { kind: 'found' | 'notFound' }>> {
  const ours = filledInputs(request.task);
  const by: Record<Match, Row[]> = { same: [], other: [], unclear: [] };
  // As long as looks show what lists do not.
  let isWorthALook = candidates.length <= mostLooks;
  for (const row of candidates) {
    let shown = inputsShown(row);
    if (shown === undefined && isWorthALook) {
      const seen = await lookAt(row, get, base);
      if (seen.kind !== 'seen') return seen;
      shown = seen.inputs;
      isWorthALook = shown !== undefined;
    }
    by[shown === undefined ? 'unclear' : matchInputs(shown, ours)].push(row);
  }
  return { kind: 'compared', by };
}

async function lookAt(
  row: Row,
  get: Get,
  base: Base,
): Promise<{ kind: 'seen'; inputs: unknown } | Exclude<FindAnswer, { kind: 'found' | 'notFound' }>> {
  const job = jobAt(base, row.rowId);
  if (!job) {
    const reason = 'a job in the list has an id that fits in no path';
    return { kind: 'cannotTell', rule: 'candidate-unreadable', reason };
  }
  const exchange = await get(job.address);
  if (exchange.kind === 'answer' && (exchange.status === 404 || exchange.status === 410)) {
    const reason = reasonLine(`job ${row.rowId} was in the list and is gone`);
    return { kind: 'cannotTell', rule: 'candidate-gone', reason };
  }
  const info = exchange.kind === 'answer' && exchange.status === 200 ? readStatus(exchange.json) : undefined;
  return info && isAbout(info, row.rowId) ? { kind: 'seen', inputs: inputsShown(info) } : failureOf(exchange);
}

function verdict(
  { same, unclear }: Record<Match, Row[]>,
  candidates: number,
  base: Base,
  { soleClient }: Pick<OgcApiProcessesConfig, 'soleClient'>,
): FindAnswer {
  const cannotTell = (rule: string, reason: string): FindAnswer => ({
    kind: 'cannotTell',
    rule,
    reason: reasonLine(reason),
  });
  const [one, another] = same;
  if (one && another) {
    const reason = `${same.length} jobs since the launch have its inputs, e.g. ${one.rowId} and ${another.rowId}`;
    return cannotTell('more-than-one', reason);
  }
  const [doubtful] = unclear;
  if (!one && !doubtful) {
    const reason = `none of ${candidates} unclaimed jobs since the launch is this one`;
    return { kind: 'notFound', rule: 'searched-whole', reason };
  }
  if (one && doubtful) {
    return cannotTell('inputs-not-shown', `${unclear.length} of ${candidates} jobs since the launch may be it too`);
  }
  if (unclear.length > 1) {
    return cannotTell('more-than-one', `${unclear.length} unclaimed jobs since the launch may be it`);
  }
  if (doubtful && !soleClient) {
    return cannotTell('not-the-sole-client', `job ${doubtful.rowId} may be it, or another client's (see soleClient)`);
  }
  const job = jobAt(base, (one ?? doubtful)?.rowId);
  if (!job) return cannotTell('candidate-unreadable', 'a job in the list has an id that fits in no path');
  return { kind: 'found', job, rule: one ? 'found-by-inputs' : 'found-by-elimination' };
}
