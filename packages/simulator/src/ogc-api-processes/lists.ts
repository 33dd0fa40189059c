import type { Asked, Reply } from '../platform.ts';
import { errorReply } from './errors.ts';
import { type Job, stateOf } from './jobs.ts';
import { wantsHtml } from './results.ts';
import { statusInfo } from './status-info.ts';
import { html, json, linkOrigin, type World } from './world.ts';

/** `GET /jobs`. */
export function listJobs(world: World, asked: Asked): Reply {
  const { behaviour, clock } = world;
  if (behaviour.list === 'absent') return errorReply(world, 404, 'other', 'no such resource');
  if (behaviour.list === 'not-allowed') return errorReply(world, 405, 'other', 'method not allowed');
  const page = readPage(world, asked.query);
  if (typeof page === 'string') return errorReply(world, 400, 'invalid-query-parameter-value', page);
  const filters = ['processID', 'status', 'type', 'datetime'].filter((name) => asked.query.has(name));
  if (behaviour.filters === 'refused' && filters.length > 0) {
    return errorReply(world, 400, 'invalid-query-parameter-value', `unknown parameter ${filters[0]}`);
  }
  const nowMs = clock.elapsedMs();
  const shown = shownJobs(world, asked.query, nowMs);
  if (behaviour.listFailsFrom !== undefined && shown.length >= behaviour.listFailsFrom) return { status: 500 };
  if (wantsHtml(world, asked)) return html(200, 'Jobs');
  const cut = shown.slice(page.offset, page.offset + page.limit);
  const rows = behaviour.listOrder === 'oldest-pages' ? cut.toReversed() : cut;
  const jobs = rows.flatMap((job) => {
    const state = stateOf(job, nowMs);
    return state ? [statusInfo(world, asked, job, state, 'list')] : [];
  });
  return json(200, { jobs, links: linksOf(world, asked, page, shown.length) });
}

interface Page {
  offset: number;
  limit: number;
}

function readPage({ behaviour }: World, query: URLSearchParams): Page | string {
  const limit = Number(query.get('limit') ?? 10);
  const offset = Number(query.get('offset') ?? 0);
  if (!Number.isInteger(limit) || limit < 1) return 'limit must be a whole number from 1';
  if (!Number.isInteger(offset) || offset < 0) return 'offset must be a whole number from 0';
  return { offset, limit: Math.min(limit, behaviour.listMost) };
}

/** In the order that the list has. */
function shownJobs(world: World, query: URLSearchParams, nowMs: number): Job[] {
  const { behaviour } = world;
  const listed = world.jobs
    .all()
    .filter((job) => !job.hidden && job.launchedAtMs <= nowMs - behaviour.listLagSeconds * 1000)
    .filter((job) => stateOf(job, nowMs) !== undefined)
    .filter((job) => behaviour.filters !== 'kept' || passes(world, job, query, nowMs));
  if (behaviour.listOrder === 'newest') return listed.reverse();
  if (behaviour.listOrder === 'random') return listed.sort((a, b) => (a.id < b.id ? -1 : 1));
  return listed;
}

function passes({ behaviour }: World, job: Job, query: URLSearchParams, nowMs: number): boolean {
  const among = (name: string, value: string | undefined) => {
    const wanted = query.getAll(name).flatMap((text) => text.split(','));
    return wanted.length === 0 || (value !== undefined && wanted.includes(value));
  };
  const [from = '', to = ''] = (query.get('datetime') ?? '../..').split('/');
  const createdMs = job.createdMs + behaviour.clockSkewSeconds * 1000;
  const after = Date.parse(from);
  const before = Date.parse(to);
  return (
    among('processID', job.processId) &&
    among('status', stateOf(job, nowMs)?.word) &&
    !(createdMs < after) &&
    !(createdMs > before)
  );
}

function linksOf(world: World, asked: Asked, { offset, limit }: Page, total: number): object[] {
  const { behaviour } = world;
  const href = `${linkOrigin(world, asked)}${world.root}/jobs`;
  const at = (start: number) => {
    const query = new URLSearchParams(behaviour.nextKeepsQuery ? asked.query : {});
    query.set('offset', String(start));
    query.set('limit', String(limit));
    return `${href}?${query}`;
  };
  const isFull = offset + limit === total && total > 0;
  const more = offset + limit < total || (isFull && behaviour.fullPage === 'has-next');
  return [
    { href: at(offset), rel: 'self', type: 'application/json' },
    ...(more ? [{ href: at(offset + limit), rel: 'next', type: 'application/json' }] : []),
  ];
}
