import { filledInputs, type LaunchAnswer, type RemoteJob, type Task } from '@nightpass/core';
import type { AuthorizedExchange } from '../auth/authorized-client.ts';
import type { Answer, HttpRequest } from '../http/http-client.ts';
import type { Base } from '../http/paths.ts';
import { jobAt, jobLinked } from './address.ts';
import type { OgcApiProcessesConfig } from './config.ts';
import { failureOf } from './failures.ts';
import { linkTo } from './replies.ts';
import { type Offer, offersIn, refersTo } from './results.ts';
import { readStatus, statusOf } from './status.ts';

/**
 * The launch of one task. Members that the standard does not have are taken for all sorts of things, and anything beside
 * the one word in Prefer makes some servers run it at once: there is neither.
 */
export function launchRequest(
  path: string,
  task: Task,
  attempt: number,
  { response }: Pick<OgcApiProcessesConfig, 'response'>,
): HttpRequest {
  return {
    method: 'POST',
    path,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      prefer: 'respond-async',
      'x-correlation-id': `${task.id}.${attempt}`,
    },
    body: JSON.stringify({ inputs: filledInputs(task), ...(response !== 'unsaid' && { response }) }),
    fresh: true,
  };
}

/** What came of a launch that was sent to `path`. */
export function launchAnswer(base: Base, path: string, exchange: AuthorizedExchange): LaunchAnswer {
  if (exchange.kind !== 'answer' || exchange.status < 200 || exchange.status > 299) return failureOf(exchange);
  const found = jobIn(base, path, exchange);
  if (found) return { kind: 'launched', job: found.job, rule: `launched-by-${found.by}` };
  const { status, trouble } = exchange;
  if (ranAtOnce(exchange)) return doneAt(base, path, exchange);
  return failureOf(exchange, `HTTP ${status}: ${trouble ?? 'no job can be read from the answer'}`);
}

type FoundBy = 'location' | 'jobID' | 'id' | 'link';

/**
 * Location is the only thing that all servers have in common. Of another host it is believed as long as the body does not
 * name another job. In an answer of 200, `id` is as likely an output's: only a whole statusInfo names a job there.
 */
function jobIn(base: Base, path: string, answer: Answer): { job: RemoteJob; by: FoundBy } | undefined {
  const info = readStatus(answer.json);
  const isStatus = answer.status !== 200 || (info !== undefined && statusOf(info) !== 'unknown');
  const isNamed = answer.status !== 200 || info?.type === 'process';
  const byJobID = isStatus ? jobAt(base, info?.jobID) : undefined;
  const byId = isStatus && isNamed ? jobAt(base, info?.id) : undefined;
  const located = jobLinked(base, answer.headers.location, path);
  const other = byJobID ?? byId;
  if (located && (located.isOwn || !other || other.id === located.job.id)) return { job: located.job, by: 'location' };
  if (byJobID) return { job: byJobID, by: 'jobID' };
  if (byId) return { job: byId, by: 'id' };
  const rels = answer.status === 200 ? ['monitor'] : ['monitor', 'self'];
  const linked = jobLinked(base, linkTo(answer, rels), path);
  return linked && { job: linked.job, by: 'link' };
}

/** 200 with the result itself, or 204 where there is none to send. A page is a login or a gateway, and text may be too. */
function ranAtOnce(answer: Answer): boolean {
  if (answer.trouble !== undefined) return false;
  if (answer.status === 204) return true;
  if (answer.status !== 200) return false;
  if (answer.json !== undefined) return true;
  const type = answer.headers['content-type'] ?? '';
  return answer.text !== '' && type !== '' && !/^text\/|json|xml/i.test(type);
}

function doneAt(base: Base, path: string, answer: Answer): LaunchAnswer {
  const offers: Offer[] = offersIn(answer.json);
  const results = refersTo(base, offers, path);
  const state = {
    status: 'succeeded' as const,
    word: `HTTP ${answer.status}`,
    progressPercent: 100,
    message: 'it ran at once; what its answer held by value is not kept',
    results,
  };
  return { kind: 'done', state, rule: 'ran-at-once' };
}
