import type { Reply } from '../platform.ts';
import { isShown, type Job } from './jobs.ts';
import { embedded, jobReply, linker, projectionOf } from './replies.ts';
import { type Called, halReply, idOf, ownerIdOf, param, refused, serviceOf } from './world.ts';

export interface Page {
  size: number;
  totalElements: number;
  totalPages: number;
  /** From 0. */
  number: number;
}

/** `page` (from 0) and `size` (20 unless given). */
export function pageOf<T>(called: Called, all: readonly T[]): { items: readonly T[]; page: Page } {
  const number = Math.max(0, Math.trunc(Number(param(called, 'page') ?? 0)) || 0);
  const wanted = Math.trunc(Number(param(called, 'size') ?? 20)) || 20;
  const size = Math.min(Math.max(1, wanted), called.world.quirks.mostPerPage);
  const page = { size, totalElements: all.length, totalPages: Math.ceil(all.length / size), number };
  return { items: all.slice(number * size, (number + 1) * size), page };
}

/** `GET /jobs`: every job that one may see, other people's and sub-jobs included. */
export function listJobs(called: Called): Reply {
  const { jobsList } = called.world.quirks;
  if (jobsList !== 'offered') return refused(called, jobsList, 'Not offered');
  return jobPage(called, shown(called));
}

/** `GET /jobs/search/parametricFind`. Parameters that it does not know are ignored. */
export function findJobs(called: Called): Reply {
  const { search } = called.world.quirks;
  if (typeof search === 'number') return refused(called, search, 'Not offered');
  const filter = search === 'ignored' ? undefined : param(called, 'filter');
  return jobPage(
    called,
    selected(called, shown(called), (job) => matches(called, job, filter, search)),
  );
}

/** `GET /jobs/search/findByFilter…`: id, label or name of the service. */
export function findByFilter(called: Called): Reply {
  if (!called.world.quirks.olderSearches) return refused(called, 404, 'Not found');
  const filter = param(called, 'filter');
  return jobPage(
    called,
    selected(called, shown(called), (job) => matches(called, job, filter, 'label')),
  );
}

function shown({ world }: Called): Job[] {
  const nowMs = world.clock.elapsedMs();
  return [...world.jobs.all()].filter((job) => isShown(job, nowMs));
}

function selected(called: Called, jobs: readonly Job[], fits: (job: Job) => boolean): Job[] {
  const { world } = called;
  const nowMs = world.clock.elapsedMs();
  const parentId = param(called, 'parentId');
  const words = param(called, 'status')?.split(',');
  const [owner, notOwner] = [param(called, 'owner'), param(called, 'notOwner')];
  const text = param(called, 'inputIdentifier');
  const [from, until] = [param(called, 'startDateTime'), param(called, 'endDateTime')];
  return jobs.filter((job) => {
    if (!fits(job) || (parentId === undefined ? job.parentId !== null : job.parentId !== idOf(parentId))) return false;
    const state = world.jobs.stateOf(job, nowMs);
    if (words && !words.includes(state.word)) return false;
    if (words && world.quirks.statusHidesParents && job.children.length > 0) return false;
    if (owner !== undefined && ownerIdOf(job.owner) !== idOf(owner)) return false;
    if (notOwner !== undefined && ownerIdOf(job.owner) === idOf(notOwner)) return false;
    if (text !== undefined && !JSON.stringify(world.configs.find(job.configId)?.inputs).includes(text)) return false;
    // What has not started, or not ended, is in no period.
    return (from === undefined && until === undefined) || (state.startMs !== undefined && state.endMs !== undefined);
  });
}

function matches({ world }: Called, job: Job, filter: string | undefined, by: 'label' | 'id' | 'service' | 'ignored') {
  if (filter === undefined || by === 'ignored') return true;
  const has = (text: string | null | undefined) => text?.toLowerCase().includes(filter.toLowerCase()) === true;
  const service = serviceOf(world, job.serviceId)?.name;
  if (by === 'id') return has(String(job.id));
  if (by === 'service') return has(service);
  return has(String(job.id)) || has(service) || has(world.configs.find(job.configId)?.label);
}

function jobPage(called: Called, jobs: readonly Job[]): Reply {
  const { world, asked } = called;
  const newestFirst = world.quirks.sorts && /^id,desc$/i.test(param(called, 'sort') ?? '');
  const { items, page } = pageOf(called, newestFirst ? [...jobs].reverse() : jobs);
  const projection = projectionOf(param(called, 'projection'), 'shortJob');
  const rows = items.map((job) => jobReply(world, asked, job, projection));
  return halReply({ ...embedded('jobs', rows), _links: { self: linker(world, asked).plain('/jobs') }, page });
}
