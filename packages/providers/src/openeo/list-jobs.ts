import type { CallFailure } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { failedList, isPassing } from './failures.ts';
import { type JobReply, readJobs } from './replies.ts';

/** Asked for; a back-end may give fewer at a time, or all. */
const pageSize = 1000;
const mostPages = 2_000;
const triesPerPage = 3;

/** Reads a path below the API's own. */
export type Get = (path: string) => Promise<AuthorizedExchange>;

export interface JobList {
  kind: 'list';
  rows: JobReply[];
  /** Whether members of a federation could not be asked: what is not listed may be there. */
  isPart: boolean;
}

export type Listing =
  | JobList
  /** It cannot be read to its end. */
  | { kind: 'unsure'; reason: string }
  | CallFailure;

/**
 * The user's jobs. There are no filters, and the only way on is the link to the next page, of which the query is kept
 * and nothing else. A page read late may miss a job that was there, but no job that is missed was ever started by a
 * launch that lost its answer before its id was known (see `findLaunch`).
 */
export async function listJobs(get: Get): Promise<Listing> {
  const rows = new Map<string, JobReply>();
  const nameless: JobReply[] = [];
  const asked = new Set<string>();
  let isPart = false;
  let query = `limit=${pageSize}`;
  while (asked.size < mostPages) {
    if (asked.has(query)) return { kind: 'unsure', reason: 'the list of jobs leads back to a page that was read' };
    asked.add(query);
    const exchange = await get(`/jobs?${query}`);
    const page = pageOf(exchange);
    if (!page) return failedList(exchange);
    isPart ||= page.missing > 0;
    for (const row of page.rows) {
      if (row.id === undefined) nameless.push(row);
      else rows.set(row.id, row);
    }
    const next = page.next === undefined ? undefined : queryOf(page.next);
    if (next === undefined) return { kind: 'list', rows: [...rows.values(), ...nameless], isPart };
    query = next;
  }
  return { kind: 'unsure', reason: `the list of jobs has more than ${mostPages} pages` };
}

/** Undefined where the answer is no page of jobs. */
export function pageOf(exchange: AuthorizedExchange): ReturnType<typeof readJobs> {
  return exchange.kind === 'answer' && exchange.status === 200 ? readJobs(exchange.json) : undefined;
}

/** Reads again at once what fails in passing: one bad answer among many pages would make them no list at all. */
export function patient(get: Get, signal: AbortSignal): Get {
  return async (path) => {
    for (let tries = 1; ; tries++) {
      const exchange = await get(path);
      if (tries === triesPerPage || signal.aborted || !isPassing(exchange)) return exchange;
    }
  };
}

/** The query of a link, in whichever form; empty where it has none. */
function queryOf(link: string): string {
  const at = link.indexOf('?');
  return at < 0 ? '' : new URLSearchParams(link.slice(at + 1).replace(/#.*$/s, '')).toString();
}
