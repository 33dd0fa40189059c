import { isRecord } from '../fingerprint.ts';
import type { Asked, Read, Reply } from '../platform.ts';
import { errorReply } from './errors.ts';
import type { Job } from './jobs.ts';
import { stateOf } from './jobs.ts';
import { launchFault } from './processes.ts';
import { resultsDocument } from './results.ts';
import { minimalInfo, statusInfo } from './status-info.ts';
import { html, jobPath, json, linkOrigin, processOf, type World } from './world.ts';

/** `POST /processes/{processId}/execution`. */
export function launch(world: World, asked: Asked, read: Read): Reply {
  const { behaviour, clock, jobs } = world;
  if (Array.isArray(read.input) && behaviour.errors === 'bare-words') return html(500, '500 Internal Server Error');
  const processId = launchedProcess(world, asked, read.input);
  const { known, process } = processOf(world, processId);
  if (!known) return errorReply(world, 404, 'no-such-process', `${processId} is no process here`);
  const fault = launchFault(read.input, process);
  const hangs = fault !== undefined && behaviour.missingInput === 'runs-for-ever' && isRecord(read.input);
  if (fault !== undefined && !hangs) return errorReply(world, 400, 'invalid-parameter-value', fault);
  const nowMs = clock.elapsedMs();
  const quota = behaviour.concurrentJobs;
  if (quota && jobs.activeAt(nowMs) >= quota.limit) return errorReply(world, quota.status, 'other', quota.message);

  const { body, correlationId } = asked;
  const fingerprint = read.fingerprint ?? '';
  const fresh = { processId, body, correlationId, fingerprint, launchedAtMs: nowMs, createdMs: clock.wallMs() };
  const job = jobs.add(fresh, behaviour);
  const asynchronous = isAsynchronous(world, asked) && (process?.jobControlOptions.includes('async-execute') ?? true);
  if (!asynchronous) return { ...ranAtOnce(world, asked, job), effect: { jobId: job.id } };
  if (hangs) Object.assign(job.plan, { startMs: nowMs, endMs: Number.POSITIVE_INFINITY });
  return { ...accepted(world, asked, job), effect: { jobId: job.id } };
}

/** A member `id` in the body may be taken for the process's. */
function launchedProcess({ behaviour }: World, asked: Asked, body: unknown): string {
  const said = behaviour.bodyId === 'names-process' && isRecord(body) ? body.id : undefined;
  return typeof said === 'string' ? said : (asked.params.processId ?? '');
}

function isAsynchronous({ behaviour }: World, asked: Asked): boolean {
  const prefer = String(asked.headers.prefer ?? '');
  switch (behaviour.prefers) {
    case 'never':
      return false;
    case 'whole':
      return prefer === 'respond-async';
    case 'substring':
      return prefer.includes('respond-async');
    case 'listed':
      return prefer.split(/[,;]/).some((part) => part.trim() === 'respond-async');
    default:
      return behaviour.prefers satisfies never;
  }
}

function accepted(world: World, asked: Asked, job: Job): Reply {
  const { behaviour } = world;
  const headers = { ...locationOf(world, asked, job), ...appliedOf(world, asked) };
  const state = stateOf(job, job.launchedAtMs);
  if (!state || behaviour.launchBody === 'empty') return { status: behaviour.launchStatus, headers };
  if (behaviour.launchBody === 'null') return json(behaviour.launchStatus, null, headers);
  const body =
    behaviour.launchBody === 'minimal' ? minimalInfo(world, job, state) : statusInfo(world, asked, job, state, 'look');
  return json(behaviour.launchStatus, body, headers);
}

/** The result itself, and a job to look at where the server makes one. */
function ranAtOnce(world: World, asked: Asked, job: Job): Reply {
  const { syncJob } = world.behaviour;
  const nowMs = job.launchedAtMs;
  Object.assign(job.plan, { startMs: nowMs - 1, endMs: nowMs, goneFromMs: Number.POSITIVE_INFINITY });
  job.hidden = syncJob === 'none';
  const href = `${linkOrigin(world, asked)}${jobPath(world, job)}`;
  const shown: Record<typeof syncJob, Record<string, string>> = {
    none: {},
    location: locationOf(world, asked, job),
    'monitor-link': { link: `<${href}>; rel="monitor"; type="application/json"` },
  };
  if (job.plan.endWord === 'failed') return errorReply(world, 500, 'other', 'Simulated failure of the process');
  const result = resultsDocument(world, asked, job);
  return { ...result, headers: { ...result.headers, ...shown[syncJob] } };
}

function locationOf(world: World, asked: Asked, job: Job): Record<string, string> {
  const { location } = world.behaviour;
  if (location === 'none') return {};
  const path = jobPath(world, job);
  return { location: location === 'path' ? path : `${linkOrigin(world, asked)}${path}` };
}

function appliedOf({ behaviour }: World, asked: Asked): Record<string, string> {
  if (behaviour.preferenceApplied === 'none') return {};
  const echoed = behaviour.preferenceApplied === 'echo' ? String(asked.headers.prefer ?? '') : 'respond-async';
  return { 'preference-applied': echoed };
}
