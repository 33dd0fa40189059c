import type { CallFailure } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import { isNotOffered } from './answers.ts';
import type { Client } from './client.ts';
import { type JobReply, type PageReply, readJob, readPage } from './replies.ts';

const pageSize = 50;
const mostPages = 4_000;

export type Row = JobReply & { id: string };
/** Reads a path below the API's, with credentials, when the provider's pace allows. */
export type Get = (path: string) => Promise<AuthorizedExchange>;

export type Listing =
  | { kind: 'listed'; rows: readonly Row[] }
  /** The list would not hold still, or cannot be read far enough. */
  | { kind: 'unsure'; reason: string }
  | CallFailure;

/**
 * Jobs with their config, the newest first, for as long as `goesOn` says: down to some id, mostly.
 *
 * The search is asked first, without any filter: what filters match differs from server to server, and is not what they
 * say. It leaves sub-jobs out. Where it is not offered, the list of all jobs is read. New jobs push rows back while pages
 * are read: those come twice, none is skipped. A list that gets shorter may have skipped one, and is no answer; one that
 * is not in order is read to its end.
 */
export async function listNewest(
  get: Get,
  failed: Client['failed'],
  goesOn: (oldest: Row, pages: number) => boolean,
): Promise<Listing> {
  const rows = new Map<string, Row>();
  let path = '/jobs/search/parametricFind';
  let oldest: Row | undefined;
  let inOrder = true;
  let total = 0;
  for (let number = 0; number < mostPages; number++) {
    const query = `projection=detailedJob&sort=id,desc&page=${number}&size=${pageSize}`;
    let exchange = await get(`${path}?${query}`);
    if (number === 0 && isNotOffered(exchange)) {
      path = '/jobs';
      exchange = await get(`${path}?${query}`);
    }
    const page = pageIn(exchange);
    if (!page) return failed(exchange);
    if ((page.totalElements ?? 0) < total)
      return { kind: 'unsure', reason: 'the list of jobs got shorter while it was read' };
    total = page.totalElements ?? 0;

    const sizeBefore = rows.size;
    for (const row of page.items) {
      if (row.id === undefined) return { kind: 'unsure', reason: 'the list holds a job without an id' };
      if (rows.has(row.id)) continue;
      const read = { ...row, id: row.id };
      rows.set(row.id, read);
      const isOlder = oldest === undefined || Number(row.id) < Number(oldest.id);
      inOrder &&= isOlder;
      if (isOlder) oldest = read;
    }
    const isLast = page.items.length === 0 || (page.totalPages !== undefined && number >= page.totalPages - 1);
    if (isLast && rows.size < total) {
      return { kind: 'unsure', reason: `the list says ${total} jobs and shows ${rows.size}` };
    }
    if (isLast || (inOrder && oldest && !goesOn(oldest, number + 1)))
      return { kind: 'listed', rows: [...rows.values()] };
    if (rows.size === sizeBefore) return { kind: 'unsure', reason: 'the list of jobs shows the same page again' };
  }
  return { kind: 'unsure', reason: `there are more than ${mostPages} pages of jobs` };
}

/** Undefined where the answer is no page of jobs. */
export function pageIn(
  exchange: AuthorizedExchange,
  form: 'paged' | 'whole' = 'paged',
): PageReply<JobReply> | undefined {
  return exchange.kind === 'answer' && exchange.status === 200 ? readPage(exchange.json, readJob, form) : undefined;
}
