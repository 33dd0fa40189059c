import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import type { Base } from '../http/paths.ts';
import { clockOffsetMs } from '../http/retry-after.ts';
import { jobsPath, nextPage } from './address.ts';
import { failureOf } from './failures.ts';
import { linkTo } from './replies.ts';
import { readStatus, type StatusInfo } from './status.ts';

const pageSize = 100;
const mostPages = 2_000;
const mostPasses = 4;

/** Reads path and query, with credentials, when the provider's pace allows. */
export type Get = (path: string) => Promise<AuthorizedExchange>;

export type Row = StatusInfo & { rowId: string };

export type Listing =
  | { kind: 'whole'; rows: Row[]; clockOffsetMs: number }
  /** The list would not hold still, or cannot be read to its end. */
  | { kind: 'unsure'; reason: string }
  | CallFailure;

export interface Page {
  kind: 'page';
  rows: Row[];
  /** Path and query; undefined: this is the last. */
  next: string | undefined;
  /** How far the server's clock is ahead of ours, as it shows. */
  aheadMs: number;
}

const jobsReply = z.object({ jobs: z.array(z.unknown()) });

/** `limit` is asked for, never relied on: servers clamp it. */
export function firstPage(base: Base, filters: Readonly<Record<string, string>> = {}): string {
  return `${jobsPath(base)}?${new URLSearchParams({ ...filters, limit: String(pageSize) })}`;
}

export async function readPage(
  get: Get,
  base: Base,
  path: string,
): Promise<Page | { kind: 'unsure'; reason: string } | CallFailure> {
  const exchange = await get(path);
  const reply = exchange.kind === 'answer' && exchange.status === 200 ? jobsReply.safeParse(exchange.json) : undefined;
  if (exchange.kind !== 'answer' || !reply?.success) return failureOf(exchange);
  const rows: Row[] = [];
  for (const each of reply.data.jobs) {
    const info = readStatus(each);
    const rowId = info?.jobID ?? info?.id;
    if (!info || rowId === undefined) return { kind: 'unsure', reason: 'the list holds a job without an id' };
    rows.push({ ...info, rowId });
  }
  const link = linkTo(exchange, ['next']);
  const next = link === undefined ? undefined : nextPage(base, link, path);
  if (link !== undefined && next === undefined) {
    return { kind: 'unsure', reason: 'the next page of the list is said to be on another host' };
  }
  const aheadMs = clockOffsetMs(exchange.headers.date, Date.now());
  return { kind: 'page', rows, next: rows.length === 0 ? undefined : next, aheadMs };
}

/**
 * Every job in the list, each at least if it existed when the reading began, in whatever order the server pages.
 *
 * Pages are read one by one while the list may change. A job that comes before those that were read pushes them back:
 * they are read twice, none is skipped. A job that goes pulls others forward, over the boundary of what was read: one is
 * skipped. That can only happen if a row we had read has gone. So the list is read again: when the second pass still
 * shows all that the first did, nothing went, and nothing was skipped. A list of one page is one moment, and is read once.
 */
export async function listJobs(get: Get, base: Base, first: string): Promise<Listing> {
  let before: Pass | undefined;
  let reason = 'the list of jobs changes while it is read';
  for (let n = 0; n < mostPasses; n++) {
    const pass = await readOnce(get, base, first);
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

interface Pass {
  kind: 'pass';
  rows: Map<string, Row>;
  pages: number;
  offsetMs: number;
}

function whole(rows: Map<string, Row>, offsetMs: number): Listing {
  return { kind: 'whole', rows: [...rows.values()], clockOffsetMs: offsetMs };
}

async function readOnce(get: Get, base: Base, first: string): Promise<Pass | Exclude<Listing, { kind: 'whole' }>> {
  const rows = new Map<string, Row>();
  const read = new Set<string>();
  let offsetMs = 0;
  let path: string | undefined = first;
  while (path !== undefined) {
    if (read.has(path)) return { kind: 'unsure', reason: 'the pages of the list lead round in a circle' };
    if (read.size === mostPages) return { kind: 'unsure', reason: `the list has more than ${mostPages} pages` };
    read.add(path);
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(get, base, path);
    if (page.kind !== 'page') return page;
    for (const row of page.rows) rows.set(row.rowId, row);
    offsetMs = Math.max(offsetMs, Math.abs(page.aheadMs));
    path = page.next;
  }
  return { kind: 'pass', rows, pages: read.size, offsetMs };
}
