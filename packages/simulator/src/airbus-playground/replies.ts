import type { Asked, Reply } from '../platform.ts';
import type { AirbusPlaygroundBehaviour } from './behaviour.ts';
import type { JobState } from './job-plan.ts';
import { inputOf, type Job } from './jobs.ts';

/** What the answers are written with. Shapes are those of the published "Geo Processes Manager" description. */
export interface Desk {
  behaviour: AirbusPlaygroundBehaviour;
  /** Unix time of a moment given in milliseconds since the start. */
  toUnixMs(elapsedMs: number): number;
}

/** `Error`: message, hint, correlationId, timestamp. */
export function errorReply(
  desk: Desk,
  asked: Pick<Asked, 'correlationId'>,
  status: number,
  message: string,
  hint?: string,
): Reply {
  const { correlationId } = asked;
  const timestamp = dateOf(desk, Date.now());
  return { status, body: JSON.stringify({ message, hint, correlationId, timestamp }) };
}

/** `JobDescribe`. `askedProjectId` stands in where the launch named no project. */
export function jobDescribe(desk: Desk, origin: string, job: Job, state: JobState, askedProjectId?: string): object {
  const { behaviour } = desk;
  return {
    id: job.id,
    processId: job.processId,
    creationDate: dateOf(desk, job.createdMs),
    status: { status: state.word, progress: state.progressPercent },
    message: state.word === 'FAILED' ? 'Simulated failure: the process found no usable tile' : undefined,
    input: behaviour.echoInput ? inputOf(job) : undefined,
    asynchronous: true,
    ...datesOf(desk, state),
    ...tasksOf(state),
    _links: behaviour.withLinks ? jobLinks(desk, origin, job, askedProjectId) : undefined,
  };
}

/** `JobSummary`: no status, no name, no input. */
export function jobSummary(desk: Desk, origin: string, job: Job, state: JobState, askedProjectId?: string): object {
  return {
    id: job.id,
    processId: job.processId,
    creationDate: dateOf(desk, job.createdMs),
    ...tasksOf(state),
    _links: desk.behaviour.withLinks ? { self: jobLinks(desk, origin, job, askedProjectId).self } : undefined,
  };
}

export function jobPath(job: Job, projectId: string | undefined): string {
  const path = `/api/v1/processes/${encodeURIComponent(job.processId)}/jobs/${encodeURIComponent(job.id)}`;
  return projectId === undefined ? path : `${path}?projectId=${encodeURIComponent(projectId)}`;
}

export function linkOrigin(desk: Desk, asked: Pick<Asked, 'ownOrigin'>): string {
  return desk.behaviour.linkHost === 'own' ? asked.ownOrigin : desk.behaviour.linkHost;
}

export function selfPath(desk: Desk, job: Job, askedProjectId?: string): string {
  return jobPath(job, desk.behaviour.selfLinkCarriesProjectId ? (job.projectId ?? askedProjectId) : undefined);
}

/** `Reference`. */
export function link(origin: string, path: string, method: 'GET' | 'POST' | 'DELETE' = 'GET'): object {
  return { href: `${origin}${path}`, method, type: 'application/json', relation: path };
}

function jobLinks(desk: Desk, origin: string, job: Job, askedProjectId: string | undefined) {
  const projectId = job.projectId ?? askedProjectId ?? '';
  const query = `?projectId=${encodeURIComponent(projectId)}`;
  const records = `/api/v1/records/${encodeURIComponent(job.datasetId ?? 'new')}/export${query}&type=geojson&jobId=${job.id}`;
  return {
    self: link(origin, selfPath(desk, job, askedProjectId)),
    list: link(origin, `/api/v1/processes/${encodeURIComponent(job.processId)}/jobs${query}`),
    delete: link(origin, jobPath(job, projectId), 'DELETE'),
    recordsAsGeojson: link(origin, records),
  };
}

function datesOf(desk: Desk, state: JobState): object {
  const date = (elapsedMs: number | undefined) =>
    elapsedMs === undefined ? undefined : dateOf(desk, desk.toUnixMs(elapsedMs));
  return { startDate: date(state.startMs), endDate: date(state.endMs) };
}

/** Only of jobs that have started, as in recorded lists. */
function tasksOf(state: JobState): object {
  if (state.startMs === undefined) return {};
  const nbTasks = 10;
  const count = state.endMs === undefined ? 2 : nbTasks;
  return { nbTasks, nbTasksPerStatus: [{ status: state.word, count }] };
}

/** In whole seconds, rounded down, as recorded ones are. */
function dateOf(desk: Desk, unixMs: number): string | number {
  const unixSeconds = Math.floor(unixMs / 1000 + desk.behaviour.clockSkewSeconds);
  return desk.behaviour.epochDates ? unixSeconds : new Date(unixSeconds * 1000).toISOString().replace('.000Z', 'Z');
}
