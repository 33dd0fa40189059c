import type { Clock } from '../clock.ts';
import { isRecord } from '../fingerprint.ts';
import type { Asked, Read, Reply } from '../platform.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import { apiPrefix, mistakesIn } from './discovery.ts';
import { empty, errorReply, json, noSuchJob } from './errors.ts';
import { cancelled, forcedTo, isActive, progressAt, shownAt, wordAt } from './job-life.ts';
import { type Job, type Jobs, textOf } from './jobs.ts';

/** All that a simulated openEO back-end is, but for its logins. */
export interface World {
  clock: Clock;
  jobs: Jobs;
  behaviour: OpenEoBehaviour;
}

/** `POST /jobs`: the job is made, and nothing runs. */
export function create({ behaviour, clock, jobs }: World, asked: Asked, read: Read): Reply {
  // Both real drivers call a body that is no JSON an internal error.
  if (!isRecord(read.input)) return errorReply(400, 'Internal', 'The body is no JSON object.');
  const [mistake] = mistakesIn(read.input, behaviour);
  if (mistake && (behaviour.validatesAtCreation || mistake.code === 'ProcessGraphMissing')) {
    return errorReply(behaviour.clientMistake, mistake.code, mistake.message);
  }
  const { correlationId } = asked;
  const job = jobs.add({ body: read.input, correlationId, atMs: clock.elapsedMs(), unixMs: clock.wallMs() });
  const { jobNamedIn } = behaviour;
  const headers = {
    ...((jobNamedIn === 'both' || jobNamedIn === 'header') && { 'openeo-identifier': job.id }),
    ...((jobNamedIn === 'both' || jobNamedIn === 'location') && { location: `${addressOf(asked)}/jobs/${job.id}` }),
  };
  return { ...empty(201, headers), effect: { jobId: job.id } };
}

/** `POST /jobs/{id}/results`. What it sees of the job may be as old as what others are shown. */
export function start(world: World, asked: Asked): Reply {
  const { behaviour, clock, jobs } = world;
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  const nowMs = clock.elapsedMs();
  const word = shownAt(job.life, nowMs, behaviour);
  if (isActive(word) && behaviour.startAgain === 'refused-while-active') {
    return errorReply(400, 'JobNotFinished', 'Batch job has not finished computing the results yet.');
  }
  const runs = behaviour.startAgain === 'ignored' ? word === 'created' || word === 'canceled' : !isActive(word);
  if (!runs) return empty(202);
  const { concurrentJobs } = behaviour;
  if (concurrentJobs && activeJobs(world) >= concurrentJobs.limit) {
    const message = `Job was not started because concurrent job limit (${concurrentJobs.limit}) is reached.`;
    return errorReply(400, 'ConcurrentJobLimit', message);
  }
  const [mistake] = mistakesIn({ process: JSON.parse(job.process) }, behaviour);
  jobs.run(job, behaviour, nowMs, mistake?.message);
  return { ...empty(202), effect: { jobId: job.id } };
}

function activeJobs({ jobs, clock }: World): number {
  const nowMs = clock.elapsedMs();
  return jobs.all().filter((job) => nowMs < job.life.goneFromMs && isActive(wordAt(job.life, nowMs))).length;
}

/** `GET /jobs/{id}`. */
export function look(world: World, asked: Asked): Reply {
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  return json({
    ...summaryOf(world, job),
    ...costsOf(world, job),
    description: job.description,
    process: JSON.parse(job.process),
    links: [],
  });
}

/** `GET /jobs`: no filters; pages only by the link to the next. */
export function list(world: World, asked: Asked): Reply {
  const { behaviour, clock, jobs } = world;
  const nowMs = clock.elapsedMs();
  const newestMs = nowMs - behaviour.listLagSeconds * 1000;
  const shown = jobs.all().filter((job) => job.createdAtMs <= newestMs && nowMs < job.life.goneFromMs);
  const limit = behaviour.honoursLimit ? Number(asked.query.get('limit') ?? Number.NaN) : Number.NaN;
  if (asked.query.has('limit') && behaviour.honoursLimit && !(Number.isInteger(limit) && limit > 0)) {
    return errorReply(400, 'ParameterValueInvalid', 'The value of limit is not a positive number.');
  }
  const size = Math.min(Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit, behaviour.mostPerPage ?? Infinity);
  const page = size === Number.POSITIVE_INFINITY ? ordered(shown, behaviour) : pageAfter(shown, asked, size);
  const last = page.at(-1);
  const more = size !== Number.POSITIVE_INFINITY && last !== undefined && page.length === size;
  const query = new URLSearchParams({
    search_after: last?.id ?? '',
    ...(Number.isNaN(limit) ? {} : { limit: String(limit) }),
  });
  return json({
    jobs: page.map((job) => ({ ...summaryOf(world, job), ...costsOf(world, job, 'list') })),
    links: more ? [{ rel: 'next', href: `${addressOf(asked)}/jobs?${query}` }] : [],
    ...(behaviour.federationMissing.length > 0 && { 'federation:missing': behaviour.federationMissing }),
  });
}

/** Newest first, whatever the order of the whole list. */
function pageAfter(shown: readonly Job[], asked: Asked, size: number): Job[] {
  const newest = shown.toReversed();
  const after = asked.query.get('search_after');
  const from = after === null ? 0 : newest.findIndex((job) => job.id === after) + 1;
  return newest.slice(from, from + size);
}

function ordered(jobs: readonly Job[], { listOrder }: OpenEoBehaviour): Job[] {
  if (listOrder === 'newest') return jobs.toReversed();
  return listOrder === 'oldest' ? [...jobs] : jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** `DELETE /jobs/{id}/results`: 204 whether there was anything to stop or not. */
export function cancel(world: World, asked: Asked): Reply {
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  const forced = cancelled(job.life, wordAt(job.life, world.clock.elapsedMs()), world.behaviour);
  if (forced) job.life.forced = forced;
  return { status: 204, ...(forced && { effect: { jobId: job.id } }) };
}

/** `DELETE /jobs/{id}`. */
export function remove(world: World, asked: Asked): Reply {
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  job.life.goneFromMs = world.clock.elapsedMs();
  return { status: 204, effect: { jobId: job.id } };
}

/** `PATCH /jobs/{id}`: an ended job is `created` again. */
export function change(world: World, asked: Asked, read: Read): Reply {
  if (world.behaviour.patch === 'unsupported') return errorReply(501, 'FeatureUnsupported', 'Feature not supported.');
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  const word = wordAt(job.life, world.clock.elapsedMs());
  if (isActive(word)) return errorReply(400, 'JobLocked', 'Batch job is locked due to a queued or running job.');
  if (isRecord(read.input) && 'title' in read.input) job.title = textOf(read.input.title);
  job.life.forced = forcedTo('created');
  return { status: 204, effect: { jobId: job.id } };
}

/** `GET /jobs/{id}/logs`: why it failed is here, and not in the job. */
export function logs(world: World, asked: Asked): Reply {
  const job = findJob(world, asked);
  if (!job) return noSuchJob(asked.params.jobId);
  const level = asked.query.get('level') ?? 'debug';
  const entries = [
    { id: '1', level: 'info', message: 'Simulated: the job was created.', links: [] },
    ...(wordAt(job.life, world.clock.elapsedMs()) === 'error' ? [errorLogOf(world, job)] : []),
  ];
  return json({
    level,
    logs: level === 'error' ? entries.filter((entry) => entry.level === 'error') : entries,
    links: [],
  });
}

export function errorLogOf({ behaviour }: World, job: Job) {
  return {
    id: '2',
    level: 'error',
    code: 'SimulatedFailure',
    message: job.life.run?.message ?? behaviour.failMessage,
    links: [],
  };
}

/** As long as it is there, and no sooner than it shows. */
export function findJob({ jobs, clock, behaviour }: World, asked: Asked): Job | undefined {
  const job = jobs.find(asked.params.jobId);
  const nowMs = clock.elapsedMs();
  if (!job || nowMs >= job.life.goneFromMs) return undefined;
  return nowMs >= job.createdAtMs + behaviour.newJobLagSeconds * 1000 ? job : undefined;
}

function summaryOf({ behaviour, clock }: World, job: Job) {
  const nowMs = clock.elapsedMs();
  const status = shownAt(job.life, nowMs, behaviour);
  return {
    id: job.id,
    ...(behaviour.listShowsTitle && { title: job.title }),
    status,
    created: new Date(job.createdUnixMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(behaviour.saysProgress && { progress: progressAt(job.life, status, nowMs) }),
  };
}

/** Null until it has ended, and in a list that does not read them. */
function costsOf({ behaviour, clock }: World, { life }: Job, where?: 'list') {
  const { currency, costPerJob, listShowsCosts } = behaviour;
  if (currency === undefined) return {};
  const isOver = life.run !== undefined && ['finished', 'error', 'canceled'].includes(wordAt(life, clock.elapsedMs()));
  return { costs: isOver && (where !== 'list' || listShowsCosts) ? costPerJob : null };
}

export const addressOf = ({ ownOrigin, params }: Asked) => `${ownOrigin}${apiPrefix}/${params.version}`;
