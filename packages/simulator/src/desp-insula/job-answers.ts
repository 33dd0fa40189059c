import type { Reply } from '../platform.ts';
import { hasStarted, isEnd } from './job-plan.ts';
import type { Job } from './jobs.ts';
import { isShown } from './jobs.ts';
import { configReply, embedded, jobReply, projectionOf } from './replies.ts';
import { type Called, halReply, jobAsked, param, refused } from './world.ts';

const json = { 'content-type': 'application/json' };

/** Answers of one job; 404 where it does not show. */
export function ofJob(answer: (called: Called, job: Job) => Reply): (called: Called) => Reply {
  return (called) => {
    const job = jobAsked(called);
    return job ? answer(called, job) : refused(called, 404, 'Not found');
  };
}

export const look = ofJob((called, job) => {
  const projection = projectionOf(param(called, 'projection'), 'none');
  return halReply(jobReply(called.world, called.asked, job, projection));
});

export const configOfJob = ofJob((called, job) => {
  const config = called.world.configs.find(job.configId);
  if (!config || !called.world.quirks.echoConfig) return refused(called, 404, 'Not found');
  return halReply(configReply(called.world, called.asked, config));
});

export const parentOfJob = ofJob((called, job) => {
  const parent = called.world.jobs.find(job.parentId ?? Number.NaN);
  if (!parent || !isShown(parent, called.world.clock.elapsedMs())) return refused(called, 404, 'Not found');
  return halReply(jobReply(called.world, called.asked, parent, projectionOf(param(called, 'projection'), 'none')));
});

/** Without pages. */
export const subJobs = ofJob((called, job) => {
  const projection = projectionOf(param(called, 'projection'), 'shortJob');
  const rows = called.world.jobs
    .childrenOf(job)
    .map((child) => jobReply(called.world, called.asked, child, projection));
  return halReply(embedded('jobs', rows));
});

/** The only place that says why a job failed. */
export const logs = ofJob((called, job) => {
  const { jobs, clock, behaviour } = called.world;
  const state = jobs.stateOf(job, clock.elapsedMs());
  const timestamp = new Date(clock.wallMs()).toISOString();
  const lines = hasStarted(state.word) ? ['Step 1 of 3: Data-Fetch'] : [];
  if (state.word === 'ERROR') lines.push(behaviour.failMessage, 'Cleaning up the working directory');
  return { status: 200, headers: json, body: JSON.stringify(lines.map((message) => ({ timestamp, message }))) };
});

/** `GET /jobs/{id}/cancel`: before the start only; later it answers 200 and does nothing. A parent stays as it is. */
export const cancel = ofJob((called, job) => {
  const { world } = called;
  if (!world.quirks.cancel) return refused(called, 404, 'Not found');
  const nowMs = world.clock.elapsedMs();
  const concerned = job.children.length > 0 ? world.jobs.childrenOf(job) : [job];
  const waiting = concerned.filter((one) => !hasStarted(world.jobs.stateOf(one, nowMs).word));
  for (const one of waiting) one.plan.forced = { word: 'CANCELLED', fromMs: nowMs };
  return { status: 200, ...(waiting.length > 0 && { effect: { jobId: String(job.id) } }) };
});

/** `POST /jobs/{id}/terminate`: 204, whatever came of it. */
export const terminate = ofJob((called, job) => {
  const { world } = called;
  const nowMs = world.clock.elapsedMs();
  const state = world.jobs.stateOf(job, nowMs);
  const { terminated, cancel: canCancel } = world.quirks;
  const runs = hasStarted(state.word) ? !isEnd(state.word) : !canCancel;
  if (!runs || terminated === 'nothing' || job.children.length > 0) return { status: 204 };
  const word = terminated === 'COMPLETED' && state.phase === 'DATA_FETCH' ? 'ERROR' : terminated;
  job.plan.forced = { word, fromMs: nowMs };
  return { status: 204, effect: { jobId: String(job.id) } };
});
