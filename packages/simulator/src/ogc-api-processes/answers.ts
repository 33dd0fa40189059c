import type { Asked, Reply } from '../platform.ts';
import { errorReply, noSuchJob } from './errors.ts';
import { isEnd } from './job-plan.ts';
import { descriptionOf, summaryOf } from './processes.ts';
import { wantsHtml } from './results.ts';
import { statusInfo } from './status-info.ts';
import { html, jobOf, json, linkOrigin, processOf, type World } from './world.ts';

const rels = 'http://www.opengis.net/def/rel/ogc/1.0';

export function landing(world: World, asked: Asked): Reply {
  if (wantsHtml(world, asked)) return html(200, 'Simulated OGC API - Processes');
  const at = `${linkOrigin(world, asked)}${world.root}`;
  const links = [
    { href: `${at}/`, rel: 'self' },
    { href: `${at}/conformance`, rel: `${rels}/conformance` },
    { href: `${at}/processes`, rel: `${rels}/processes` },
    { href: `${at}/jobs`, rel: `${rels}/job-list` },
  ];
  return json(200, { title: 'Simulated OGC API - Processes', links });
}

export function conformance(world: World): Reply {
  const classes = ['core', 'ogc-process-description', 'json', 'job-list', 'dismiss'];
  switch (world.behaviour.conformance) {
    case 'absent':
      return errorReply(world, 404, 'other', 'no such resource');
    case 'zoo':
      return json(200, { conformsTo: ['http://www.opengis.net/spec/ogcapi-processes/1.0/req/core'] });
    default: {
      const stem = `http://www.opengis.net/spec/ogcapi-processes-1/${world.behaviour.conformance}/conf`;
      return json(200, { conformsTo: classes.map((each) => `${stem}/${each}`) });
    }
  }
}

/** `GET /processes`: those that are declared, none otherwise. */
export function listProcesses(world: World, asked: Asked): Reply {
  const limit = Number(asked.query.get('limit') ?? 10);
  const offset = Number(asked.query.get('offset') ?? 0);
  if (!Number.isInteger(limit) || limit < 1) {
    return errorReply(world, 400, 'invalid-query-parameter-value', 'limit must be a whole number from 1');
  }
  const all = world.behaviour.processes ?? [];
  const at = `${linkOrigin(world, asked)}${world.root}/processes`;
  const processes = all
    .slice(offset, offset + limit)
    .map((process) => summaryOf(process, `${at}/${encodeURIComponent(process.id)}`));
  const next = { href: `${at}?offset=${offset + limit}&limit=${limit}`, rel: 'next', type: 'application/json' };
  return json(200, { processes, links: offset + limit < all.length ? [next] : [] });
}

/** `GET /processes/{processId}`; of one that is not declared, no inputs are told. */
export function describeProcess(world: World, asked: Asked): Reply {
  const id = asked.params.processId ?? '';
  const { known, process } = processOf(world, id);
  if (!known) return errorReply(world, 404, 'no-such-process', `${id} is no process here`);
  const href = `${linkOrigin(world, asked)}${world.root}/processes/${encodeURIComponent(id)}`;
  if (process) return json(200, descriptionOf(process, href));
  const jobControlOptions = ['sync-execute', 'async-execute', 'dismiss'];
  return json(200, { id, version: '1.0.0', title: 'Simulated process', jobControlOptions });
}

/** `GET /jobs/{jobId}`. */
export function look(world: World, asked: Asked): Reply {
  const found = jobOf(world, asked);
  if (!found) return noSuchJob(world, 'look', goneStatus(world, asked));
  return json(200, statusInfo(world, asked, found.job, found.state, 'look'));
}

function goneStatus(world: World, asked: Asked): 404 | 410 {
  return world.jobs.find(asked.params.jobId)?.deleted ? world.behaviour.goneStatus : 404;
}

/** `DELETE /jobs/{jobId}`: an ended job is removed, another is dismissed and kept, or removed too. */
export function dismiss(world: World, asked: Asked): Reply {
  const { behaviour, clock } = world;
  if (behaviour.dismissal === 'not-allowed') return errorReply(world, 405, 'other', 'method not allowed');
  const found = jobOf(world, asked);
  if (!found) return noSuchJob(world, 'other', goneStatus(world, asked));
  const { job, state } = found;
  const nowMs = clock.elapsedMs();
  job.deleted = true;
  if (behaviour.dismissal === 'removed' || isEnd(state.word)) job.plan.goneFromMs = nowMs;
  else {
    job.plan.dismissedFromMs = nowMs;
    job.plan.forced = undefined;
  }
  const body = statusInfo(world, asked, job, { ...state, word: 'dismissed', endMs: nowMs }, 'look');
  return { ...json(200, body, { 'content-type': behaviour.dismissalType }), effect: { jobId: job.id } };
}
