import type { CallFailure, LaunchAnswer, LaunchCall, LaunchRequest } from '@nightpass/core';
import { noSlot } from '../auth/authorized-client.ts';
import { baseOf } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { createdJob, startedJob } from './address.ts';
import { type Client, noneFree } from './client.ts';
import type { OpenEoConfig } from './config.ts';
import type { Api } from './discovery.ts';
import { beforeLaunch, codeOf, failed, failedList } from './failures.ts';
import { pageOf } from './list-jobs.ts';
import { payloadOf } from './payload.ts';
import { isCreated, readJob } from './replies.ts';

interface Launching {
  client: Client;
  config: OpenEoConfig;
  request: LaunchRequest;
  call: LaunchCall;
  api: Api;
}

/**
 * One launch: the job is created, its id goes on record, and only then is it started. What was created and not started
 * costs nothing and runs nothing, so that a lost answer to the first request can do no harm. Starting a job twice can:
 * it runs twice, or loses its results. A launch that goes on from its record therefore looks at the job first, and
 * starts it only if it still waits for that.
 */
export async function launch(
  client: Client,
  config: OpenEoConfig,
  request: LaunchRequest,
  call: LaunchCall,
): Promise<LaunchAnswer> {
  const api = await client.api(noneFree(call));
  if ('rule' in api) return beforeLaunch(api);
  const launching = { client, config, request, call, api };
  if (request.step !== undefined) {
    const seen = await lookAgain(launching, request.step);
    if (seen === 'created') return permitted(launching, await start(launching, request.step, 'known'));
    if (seen === 'started') {
      return { kind: 'launched', job: startedJob(request.step, api, Date.now()), rule: 'started-before' };
    }
    if (seen !== 'gone') return seen;
  }
  return permitted(launching, await createAndStart(launching));
}

/** Where permissions are wanting, that is about this task, unless not even our own jobs are shown to us. */
async function permitted({ client, call }: Launching, answer: LaunchAnswer): Promise<LaunchAnswer> {
  if (answer.kind !== 'rejected' || answer.rule !== 'permissions') return answer;
  const exchange = await client.get('/jobs?limit=1', noneFree(call));
  if (pageOf(exchange)) return answer;
  const failure = failedList(exchange);
  return failure.kind === 'rejected' ? answer : beforeLaunch(failure);
}

/** What became of a job that was created earlier. One 404 may be a record that lags. */
async function lookAgain(
  { client, call }: Launching,
  id: string,
): Promise<'created' | 'started' | 'gone' | CallFailure> {
  const reading = noneFree(call);
  for (let tries = 1; ; tries++) {
    const exchange = await client.get(`/jobs/${encodeURIComponent(id)}`, reading);
    if (exchange.kind === 'answer' && exchange.status === 200) {
      const job = readJob(exchange.json);
      if (job?.status !== undefined && (job.id === undefined || job.id === id)) {
        return isCreated(job.status) ? 'created' : 'started';
      }
    }
    if (exchange.kind !== 'answer' || exchange.status !== 404) return beforeLaunch(failed(exchange));
    if (tries === 2) return 'gone';
  }
}

async function createAndStart(launching: Launching): Promise<LaunchAnswer> {
  const { client, config, request, call, api } = launching;
  const exchange = await client.send(
    api,
    {
      method: 'POST',
      path: '/jobs',
      headers: { ...correlation(request), 'content-type': 'application/json' },
      body: JSON.stringify(payloadOf(request, config)),
      fresh: true,
    },
    call.signal,
    call.launchSlot,
  );
  if (exchange.kind !== 'answer' || exchange.status < 200 || exchange.status > 299) return failed(exchange);
  const id = createdJob(exchange.headers, baseOf(config.baseUrl), api);
  if (id === undefined) return failed(exchange, `HTTP ${exchange.status}: the answer names no job that was created`);
  return start(launching, id, 'new');
}

async function start(launching: Launching, id: string, is: 'new' | 'known'): Promise<LaunchAnswer> {
  const { client, request, call, api } = launching;
  if (!(await call.launchSlot(id))) return noSlot;
  const exchange = await client.send(
    api,
    { method: 'POST', path: `/jobs/${encodeURIComponent(id)}/results`, headers: correlation(request), fresh: true },
    call.signal,
    () => call.launchSlot(id),
  );
  // Any other 2xx may be a page of something on the way: a look tells.
  if (exchange.kind === 'answer' && exchange.status === 202) {
    return { kind: 'launched', job: startedJob(id, api, Date.now()), rule: is === 'new' ? 'started' : 'started-later' };
  }
  const failure = failed(exchange);
  if (failure.kind !== 'rejected') return failure;
  // It runs already, or is about to: a look tells which.
  const code = exchange.kind === 'answer' ? codeOf(exchange) : undefined;
  if (code === 'JobNotFinished' || code === 'JobLocked') {
    return { kind: 'ambiguous', rule: 'started-already', reason: failure.reason };
  }
  // Made a moment ago, it may not show yet.
  if (failure.status === 404 && is === 'new' && request.step === undefined) {
    return { kind: 'notSent', rule: 'not-shown-yet', reason: failure.reason };
  }
  return { ...failure, reason: reasonLine(`${failure.reason} (job ${id} was created and not started)`) };
}

const correlation = ({ task, attempt }: LaunchRequest) => ({ 'x-correlation-id': `${task.id}.${attempt}` });
