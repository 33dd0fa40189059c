import type { LookManyAnswer, RemoteJob, RemoteState } from '@nightpass/core';
import type { Base } from '../http/paths.ts';
import { firstPage, type Get, readPage } from './list-jobs.ts';
import { stateOf } from './status.ts';

/** A page is worth its request while it stands for some looks: a list of everybody's jobs may have thousands. */
const looksPerPage = 4;
/** Nor is it worth going on after so many pages of others' jobs, or of old ones: some lists begin with the oldest. */
const mostBarrenPages = 3;

/**
 * Looks at many jobs by the server's list of all, page by page until each was seen or it no longer pays.
 * @param get awaits its slot itself
 */
export async function lookMany(get: Get, base: Base, jobs: readonly RemoteJob[]): Promise<LookManyAnswer> {
  const wanted = new Set(jobs.map((job) => job.id));
  const seen = new Map<string, RemoteState>();
  const mostPages = Math.max(1, Math.ceil(jobs.length / looksPerPage));
  const read = new Set<string>();
  let requests = 0;
  const counted: Get = async (path) => {
    const exchange = await get(path);
    if (exchange.kind !== 'noCredentials') requests++;
    return exchange;
  };
  let path: string | undefined = firstPage(base);
  let barren = 0;
  const paysOff = () => read.size < mostPages && barren < mostBarrenPages && seen.size < wanted.size;
  while (path !== undefined && !read.has(path) && paysOff()) {
    read.add(path);
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(counted, base, path);
    // What was seen before stands: the rest is looked at singly.
    if (page.kind !== 'page' && seen.size > 0) break;
    if (page.kind === 'unsure') return { kind: 'ambiguous', rule: 'list-unsure', reason: page.reason };
    if (page.kind !== 'page') return page;
    const before = seen.size;
    for (const row of page.rows) if (wanted.has(row.rowId)) seen.set(row.rowId, stateOf(row));
    barren = seen.size === before ? barren + 1 : 0;
    path = page.next;
  }
  return { kind: 'listed', seen, requests };
}
