import type { CallFailure } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { clockOffsetMs } from '../http/retry-after.ts';
import { failureOf } from './failures.ts';
import { type JobReply, readJobs } from './replies.ts';

const pageSize = 100;
const mostPages = 2_000;
const mostPasses = 4;

export type Row = JobReply & { id: string };

export type Listing =
  | { kind: 'whole'; rows: Row[]; clockOffsetMs: number }
  /** The list would not hold still, or cannot be read to its end. */
  | { kind: 'unsure'; reason: string }
  | CallFailure;

type Pass = { kind: 'pass'; rows: Map<string, Row>; pages: number; offsetMs: number };

/**
 * Every job of a process in a project, each at least if it existed when the reading began.
 *
 * Pages are read by number while the list may change. A job that appears only pushes rows back: they are read twice,
 * none is skipped. A job that goes pulls rows forward, over the boundary of what was read: one is skipped. That can
 * only happen if a row we had read has gone. So the list is read again: when the second pass still shows all that the
 * first did, nothing went, and nothing was skipped. A list of one page is one moment, and is read once.
 *
 * @param get reads path and query, with credentials
 */
export async function listJobs(
  get: (path: string) => Promise<AuthorizedExchange>,
  path: string,
  projectId: string,
): Promise<Listing> {
  let before: Pass | undefined;
  let reason = 'the list of jobs changes while it is read';
  for (let n = 0; n < mostPasses; n++) {
    const pass = await readOnce(get, path, projectId);
    if (pass.kind === 'unsure') {
      reason = pass.reason;
      before = undefined;
      continue;
    }
    if (pass.kind !== 'pass') return pass;
    if (pass.pages === 1) return whole(pass.rows, pass.offsetMs);
    if (before && [...before.rows.keys()].every((id) => pass.rows.has(id))) {
      return whole(new Map([...before.rows, ...pass.rows]), Math.max(pass.offsetMs, before.offsetMs));
    }
    before = pass;
  }
  return { kind: 'unsure', reason };
}

function whole(rows: Map<string, Row>, offsetMs: number): Listing {
  return { kind: 'whole', rows: [...rows.values()], clockOffsetMs: offsetMs };
}

async function readOnce(
  get: (path: string) => Promise<AuthorizedExchange>,
  path: string,
  projectId: string,
): Promise<Pass | Exclude<Listing, { kind: 'whole' }>> {
  const rows = new Map<string, Row>();
  let firstTotal: number | undefined;
  let offsetMs = 0;
  for (let number = 1; number <= mostPages; number++) {
    const query = new URLSearchParams({ projectId, page: String(number), size: String(pageSize) });
    const exchange = await get(`${path}?${query}`);
    if (exchange.kind === 'noCredentials') return exchange.failure;
    const page = exchange.kind === 'answer' && exchange.status === 200 ? readJobs(exchange.json) : undefined;
    if (exchange.kind !== 'answer' || page === undefined) return failureOf(exchange);
    const aheadMs = clockOffsetMs(exchange.headers.date, Date.now());
    if (Math.abs(aheadMs) > Math.abs(offsetMs)) offsetMs = aheadMs;
    firstTotal ??= page.total;

    const sizeBefore = rows.size;
    for (const row of page.rows) {
      if (row.id === undefined) return { kind: 'unsure', reason: 'the list holds a job without an id' };
      rows.set(row.id, { ...row, id: row.id });
    }
    const total = page.total ?? firstTotal;
    const nothingNew = rows.size === sizeBefore;
    // Without a total only an empty page ends the list. A page that repeats ends the pass: more would repeat too.
    if ((total !== undefined && rows.size >= total) || nothingNew) {
      if (firstTotal !== undefined && rows.size < firstTotal) {
        return { kind: 'unsure', reason: `the list says ${firstTotal} jobs and shows ${rows.size}` };
      }
      return { kind: 'pass', rows, pages: number, offsetMs };
    }
  }
  return { kind: 'unsure', reason: `the list has more than ${mostPages} pages` };
}
