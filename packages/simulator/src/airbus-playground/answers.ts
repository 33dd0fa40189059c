import type { Clock } from '../clock.ts';
import { isRecord } from '../fingerprint.ts';
import type { Asked, Read, Reply } from '../platform.ts';
import type { Random } from '../random.ts';
import type { ActiveJobs } from './active-jobs.ts';
import type { SimulatedProcess } from './behaviour.ts';
import { inputFault, textOf } from './input.ts';
import type { JobState } from './job-plan.ts';
import { type Job, type Jobs, stateOf } from './jobs.ts';
import { pageLinks, readPage, shownJobs } from './lists.ts';
import { processDescribe, processSummary, type ShownProcess } from './process-replies.ts';
import { type Desk, errorReply, jobDescribe, jobSummary, link, linkOrigin, selfPath } from './replies.ts';

/** All that a simulated Airbus Playground is, but for its credentials. */
export interface World {
  clock: Clock;
  random: Random;
  jobs: Jobs;
  active: ActiveJobs;
  desk: Desk;
}

const notKnown: JobState = { word: 'UNKNOWN', progressPercent: 0, startMs: undefined, endMs: undefined };

/** `POST /api/v1/processes/{processId}/jobs` → JobDescribe. Order of refusals: 404, 400 or 405, quota. */
export function launch(world: World, asked: Asked, read: Read): Reply {
  const { jobs, active, desk, clock } = world;
  const { behaviour } = desk;
  const processId = asked.params.processId ?? '';
  const process = processOf(world, processId, textOf(read.input, 'projectId'));
  if (!process) return errorReply(desk, asked, 404, 'Process not found');
  const declared = behaviour.processes?.find(({ id }) => id === processId);
  const fault = inputFault(read.input, declared);
  if (fault) return errorReply(desk, asked, fault.status, fault.message, fault.hint);
  const nowMs = clock.elapsedMs();
  const quota = behaviour.concurrentJobs;
  if (quota && active.countAt(nowMs) >= quota.limit) return errorReply(desk, asked, quota.status, quota.message);

  const job = jobs.add(
    {
      processId,
      input: isRecord(read.input) ? read.input : {},
      correlationId: asked.correlationId,
      fingerprint: read.fingerprint ?? '',
      launchedAtMs: nowMs,
      createdMs: clock.wallMs(),
    },
    behaviour,
  );
  active.add(job);
  return { ...launched(world, asked, job), effect: { jobId: job.id } };
}

function launched({ desk }: World, asked: Asked, job: Job): Reply {
  const { behaviour } = desk;
  const origin = linkOrigin(desk, asked);
  const href = `${origin}${selfPath(desk, job)}`;
  if (behaviour.minimalLaunchAnswer) return { status: 200, body: JSON.stringify({ _links: { self: { href } } }) };
  const state = stateOf(job, job.launchedAtMs) ?? notKnown;
  return {
    status: behaviour.launchStatus,
    headers: behaviour.withLocation ? { location: href } : {},
    body: JSON.stringify(jobDescribe(desk, origin, job, state)),
  };
}

/** `GET /api/v1/processes/{processId}/jobs/{jobId}` → JobDescribe. */
export function look(world: World, asked: Asked, projectId: string): Reply {
  const found = findJob(world, asked, projectId);
  if (!found) return errorReply(world.desk, asked, 404, 'Job not found');
  const body = jobDescribe(world.desk, linkOrigin(world.desk, asked), found.job, found.state, projectId);
  return { status: 200, body: JSON.stringify(body) };
}

/** `DELETE /api/v1/processes/{processId}/jobs/{jobId}` → 202 JobSummary ("marked for deletion") or 204 ("removed"). */
export function remove(world: World, asked: Asked, projectId: string): Reply {
  const { desk, clock } = world;
  const found = findJob(world, asked, projectId);
  if (!found) return errorReply(desk, asked, 404, 'Job not found');
  const { deleteStatus, deleteSeconds, afterDelete } = desk.behaviour;
  const { plan, id } = found.job;
  const nowMs = clock.elapsedMs();
  if (deleteStatus === 204) {
    plan.goneFromMs = nowMs;
    return { status: 204, effect: { jobId: id } };
  }
  const fromMs = nowMs + deleteSeconds * 1000;
  if (afterDelete === 'gone') plan.goneFromMs = Math.min(plan.goneFromMs, fromMs);
  else plan.cancelledFromMs = Math.min(plan.cancelledFromMs, fromMs);
  const body = jobSummary(desk, linkOrigin(desk, asked), found.job, found.state, projectId);
  return { status: 202, body: JSON.stringify(body), effect: { jobId: id } };
}

/** `GET /api/v1/processes/{processId}/jobs`, `GET /api/v1/jobs` → Jobs. */
export function list(world: World, asked: Asked, projectId: string): Reply {
  const { desk, clock } = world;
  const page = readPage(asked.query);
  if (typeof page === 'string') return errorReply(desk, asked, 400, 'Bad request', page);
  const { processId } = asked.params;
  if (processId !== undefined && !processOf(world, processId, projectId)) {
    return errorReply(desk, asked, 404, 'Process not found');
  }
  const datasetId = processId === undefined ? asked.query.get('datasetId') : null;
  const inProject = world.jobs.listed(projectId, processId);
  const jobs = datasetId ? inProject.filter((job) => job.datasetId === datasetId) : inProject;

  const nowMs = clock.elapsedMs();
  const shown = shownJobs(jobs, desk.behaviour, nowMs, world.random);
  const origin = linkOrigin(desk, asked);
  const rows = pageOf(shown, page).map((job) =>
    jobSummary(desk, origin, job, stateOf(job, nowMs) ?? notKnown, projectId),
  );
  const path = processId === undefined ? '/api/v1/jobs' : `/api/v1/processes/${encodeURIComponent(processId)}/jobs`;
  const _links = linksOf(origin, pageLinks(path, asked.query, page, shown.length));
  return { status: 200, body: JSON.stringify({ jobs: rows, count: rows.length, total: shown.length, _links }) };
}

/** `GET /api/v1/processes` → Processes: those that are declared, none otherwise. */
export function listProcesses({ desk }: World, asked: Asked, projectId: string): Reply {
  const page = readPage(asked.query);
  if (typeof page === 'string') return errorReply(desk, asked, 400, 'Bad request', page);
  const all = (desk.behaviour.processes ?? []).filter((process) => isIn(process, projectId));
  const origin = linkOrigin(desk, asked);
  const processes = pageOf(all, page).map((process) => processSummary(origin, process, projectId));
  const _links = linksOf(origin, pageLinks('/api/v1/processes', asked.query, page, all.length));
  return { status: 200, body: JSON.stringify({ processes, count: processes.length, total: all.length, _links }) };
}

/** `GET /api/v1/processes/{processId}` → ProcessDescribe. */
export function describeProcess(world: World, asked: Asked, projectId: string): Reply {
  const { desk } = world;
  const process = processOf(world, asked.params.processId ?? '', projectId);
  if (!process) return errorReply(desk, asked, 404, 'Process not found');
  const withInput = desk.behaviour.showInputSchema;
  return {
    status: 200,
    body: JSON.stringify(processDescribe(linkOrigin(desk, asked), process, { projectId, withInput })),
  };
}

/** The job under its own process and project only, as long as it is there. */
function findJob(world: World, asked: Asked, projectId: string): { job: Job; state: JobState } | undefined {
  const job = world.jobs.find(asked.params.jobId);
  if (!job || job.processId !== asked.params.processId) return undefined;
  if (job.projectId !== undefined && job.projectId !== projectId) return undefined;
  const state = stateOf(job, world.clock.elapsedMs());
  return state && { job, state };
}

/** Where no processes are declared, every id is one. */
function processOf(world: World, id: string, projectId: string | undefined): ShownProcess | undefined {
  const { processes } = world.desk.behaviour;
  if (processes) return processes.find((process) => process.id === id && isIn(process, projectId));
  return {
    id,
    title: 'Simulated process',
    family: 'object-detection',
    images: 'any',
    firstImageField: 'imageId',
    version: '1.0',
    description: 'simulated',
  };
}

const isIn = ({ projects }: SimulatedProcess, projectId: string | undefined) =>
  projects === undefined || (projectId !== undefined && projects.includes(projectId));

function pageOf<T>(items: readonly T[], page: { number: number; size: number }): readonly T[] {
  return items.slice((page.number - 1) * page.size, page.number * page.size);
}

function linksOf(origin: string, paths: object): object {
  return Object.fromEntries(Object.entries(paths).map(([rel, path]) => [rel, link(origin, path as string)]));
}
