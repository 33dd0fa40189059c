import type { Asked } from '../platform.ts';
import type { JobState } from './job-plan.ts';
import type { Job } from './jobs.ts';
import { jobPath, linkOrigin, type World } from './world.ts';

export const resultsRel = 'http://www.opengis.net/def/rel/ogc/1.0/results';

/** What the server says of a job. */
export function statusInfo(
  world: World,
  asked: Pick<Asked, 'ownOrigin'>,
  job: Job,
  state: JobState,
  where: 'list' | 'look',
): object {
  const { behaviour } = world;
  const href = `${linkOrigin(world, asked)}${jobPath(world, job)}`;
  const results = { href: `${href}/results`, rel: resultsRel, type: 'application/json' };
  const shows = behaviour.inputsShown === 'everywhere' || (behaviour.inputsShown === 'on-look' && where === 'look');
  return {
    ...idsOf(world, job),
    ...processOf(world, asked, job),
    status: wordOf(world, state),
    message: messageOf(state),
    ...datesOf(world, job, state),
    progress: progressOf(world, state),
    ...(shows && inputsOf(world, job)),
    links: [{ href, rel: 'self', type: 'application/json' }, ...(state.word === 'successful' ? [results] : [])],
  };
}

/** The answer of a server that says no more than it must. */
export function minimalInfo(world: World, job: Job, state: JobState): object {
  return { ...idsOf(world, job), status: wordOf(world, state) };
}

function idsOf({ behaviour }: World, { id }: Job): object {
  switch (behaviour.idMember) {
    case 'jobID':
      return { jobID: id, type: 'process' };
    case 'id':
      return { id, processingEntityType: 'ogc-api-processes' };
    case 'both':
      return { id, jobID: id, type: 'process' };
    default:
      return behaviour.idMember satisfies never;
  }
}

function processOf(world: World, asked: Pick<Asked, 'ownOrigin'>, { processId }: Job): object {
  const { processMember } = world.behaviour;
  if (processMember === 'none') return {};
  if (processMember !== 'uri') return { [processMember]: processId };
  return { processID: `${linkOrigin(world, asked)}${world.root}/processes/${encodeURIComponent(processId)}` };
}

function wordOf({ behaviour }: World, { word }: JobState): string {
  let shown = word;
  if (behaviour.runningAtOnce && word === 'accepted') shown = 'running';
  if (behaviour.acceptedWholeRun && word === 'running') shown = 'accepted';
  return behaviour.words[shown] ?? shown;
}

function messageOf({ word }: JobState): string | undefined {
  return word === 'failed' ? 'Simulated failure: the process found no usable tile' : `Job is ${word}`;
}

function progressOf({ behaviour }: World, { word, progressPercent }: JobState): number | undefined {
  const percent = word === 'successful' ? 100 : progressPercent;
  switch (behaviour.progress) {
    case 'shown':
      return percent;
    case 'standing-still':
      return word === 'successful' ? 100 : 5;
    case 'until-success':
      return word === 'successful' ? undefined : percent;
    case 'never':
      return undefined;
    default:
      return behaviour.progress satisfies never;
  }
}

function datesOf({ behaviour, clock }: World, job: Job, state: JobState): object {
  if (!behaviour.withDates) return {};
  const date = (unixMs: number) => new Date(unixMs + behaviour.clockSkewSeconds * 1000).toISOString();
  const at = (elapsedMs: number | undefined) =>
    elapsedMs === undefined || !Number.isFinite(elapsedMs)
      ? undefined
      : date(clock.wallMs() - clock.elapsedMs() + elapsedMs);
  const [started, finished] = [at(state.startMs), at(state.endMs)];
  return { created: date(job.createdMs), started, finished, updated: finished ?? started ?? date(job.createdMs) };
}

function inputsOf({ behaviour }: World, { body }: Job): object {
  const request = JSON.parse(body) as { inputs?: object };
  return behaviour.inputsMember === 'request' ? { request } : { parameters: request.inputs ?? {} };
}
