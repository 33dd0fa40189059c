import type { RemoteJob } from '@nightpass/core';
import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { startedJob } from './address.ts';
import type { Api } from './discovery.ts';
import { firstError, stateOf } from './replies.ts';
import { openStage } from './test-stage.ts';

const started = { atMs: 0, nowMs: 100_000, lagMs: 60_000 };

test.each([
  ['queued', 'accepted'],
  ['running', 'running'],
  ['finished', 'succeeded'],
  ['error', 'failed'],
  ['canceled', 'cancelled'],
  ['cancelled', 'unknown'],
  ['', 'unknown'],
  ['constructor', 'unknown'],
])('the word "%s" is %s', (status, expected) => {
  const job = { id: 'j', title: undefined, status, created: undefined, progress: undefined };
  expect(stateOf(job, started)).toMatchObject({ status: expected, word: status });
});

test.each(['created', 'submitted'])(
  '"%s" soon after the start may lag; later it says cancelled; unknown without a start',
  (status) => {
    const job = { id: 'j', title: undefined, status, created: undefined, progress: undefined };
    expect(stateOf(job, { ...started, nowMs: 59_999 }).status).toBe('accepted');
    expect(stateOf(job, { ...started, nowMs: 60_000 })).toMatchObject({
      status: 'cancelled',
      message: expect.any(String),
    });
    expect(stateOf(job, { ...started, atMs: undefined }).status).toBe('unknown');
  },
);

test('a start that does not show yet is no cancel', async () => {
  const { launched, provider } = await openStage({
    behaviour: { like: 'vito', statusLagSeconds: 60 },
    config: { statusLagSeconds: 60 },
  });
  const job = await launched();
  expect(await provider.look(job, freely)).toMatchObject({ state: { word: 'created', status: 'accepted' } });
  const long = startedJob(job.id, { prefix: '/openeo/1.2.0' } as Api, Date.now() - 61_000);
  expect(await provider.look(long, freely)).toMatchObject({ state: { word: 'created', status: 'cancelled' } });
});

test('when a job was started goes with its address, and is never sent', async () => {
  const { simulator, launched, provider } = await openStage();
  const job = await launched();
  expect(job.address).toMatch(/^\/openeo\/1\.2\/jobs\/[^/]+#started=\d{13}$/);
  await provider.look(job, freely);
  await provider.cancel(job, freely);
  expect(simulator.requests().filter(({ path }) => path.includes('started='))).toEqual([]);
});

test('progress may have a fraction, and some back-ends say none', async () => {
  const vito = await openStage({ behaviour: { like: 'vito' } });
  vito.simulator.setFaults([{ on: 'look', do: 'alter', set: { progress: 75.5 } }]);
  expect(await vito.provider.look(await vito.launched(), freely)).toMatchObject({ state: { progressPercent: 75.5 } });
  const earthEngine = await openStage({ behaviour: { like: 'earth-engine' } });
  const seen = await earthEngine.provider.look(await earthEngine.launched(), freely);
  expect(seen).toMatchObject({ state: { progressPercent: undefined } });
});

test('why a job failed stands in its logs, whatever levels they come with', async () => {
  expect(
    firstError({
      logs: [
        { level: 'info', message: 'a' },
        { level: 'error', message: 'b\nc' },
        { level: 'error', message: 'd' },
      ],
    }),
  ).toBe('b c');
  expect(firstError({ logs: [{ level: 'error', message: { text: 'b' } }, null, 7] })).toBe('{"text":"b"}');
  expect(firstError({ logs: [] })).toBeUndefined();
  expect(firstError('no logs')).toBeUndefined();
});

test('trouble in reading logs, told as an entry of theirs, is not why a job failed', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const job = await launched();
  simulator.setJobStatus(job.id, 'error');
  const trouble = { id: '', code: 'Internal', level: 'error', message: `Log collection for job ${job.id} failed.` };
  const entry = { id: '7', level: 'error', message: 'No memory left' };
  simulator.setFaults([{ on: 'logs', do: 'reply', status: 200, body: { level: 'error', logs: [trouble], links: [] } }]);
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed', message: undefined } });
  simulator.setFaults([{ on: 'logs', do: 'reply', status: 200, body: { logs: [trouble, entry], links: [] } }]);
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed', message: 'No memory left' } });
});

test('logs that cannot be read keep no job from its end; a slot that is not given does, until the next look', async () => {
  const { simulator, launched, provider } = await openStage();
  const job = await launched();
  simulator.setJobStatus(job.id, 'error');
  simulator.setFaults([{ on: 'logs', do: 'html', status: 502 }]);
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'failed', message: undefined } });
  const refusing = { ...freely, readSlot: async () => false };
  expect(await provider.look(job, refusing)).toMatchObject({ kind: 'notSent', rule: 'no-slot' });
  expect(await provider.lookMany?.([job], refusing)).toMatchObject({ kind: 'listed', seen: new Map(), requests: 1 });
});

test('one list answers for many jobs; each that failed costs one more request, and many of them wait for their turn', async () => {
  const { simulator, launched, provider } = await openStage();
  const jobs: RemoteJob[] = [];
  for (let n = 0; n < 60; n++) jobs.push(await launched(n));
  const before = simulator.counts();
  expect(await provider.lookMany?.(jobs, freely)).toMatchObject({ requests: 1 });
  for (const job of jobs.slice(0, 50)) simulator.setJobStatus(job.id, 'error');
  let slots = 0;
  const answer = await provider.lookMany?.(jobs, { ...freely, readSlot: async () => ++slots > 0 });
  expect(answer).toMatchObject({ kind: 'listed', requests: 21 });
  expect(answer?.kind === 'listed' && answer.seen.size).toBe(30);
  expect(slots).toBe(20);
  expect(simulator.counts().list.arrived - before.list.arrived).toBe(2);
  expect(simulator.counts().look.arrived).toBe(0);
});

test('a queued job that is cancelled is created again: that confirms it', async () => {
  const { launched, provider } = await openStage({ behaviour: { queueSeconds: 3600 } });
  const job = await launched();
  expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
  expect(await provider.look(job, freely)).toMatchObject({ state: { word: 'created', status: 'cancelled' } });
});

test('a cancel is answered 204 by a job that had ended: the next look tells the truth', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'vito' } });
  const job = await launched();
  simulator.setJobStatus(job.id, 'finished');
  expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'succeeded' } });
});

test('"not started" in answer to a cancel stops nothing that may have been started', async () => {
  const { simulator, launched, provider } = await openStage();
  const job = await launched();
  simulator.setFaults([{ on: 'delete', do: 'reply', status: 400, body: { code: 'JobNotStarted', message: 'No.' } }]);
  expect(await provider.cancel(job, freely)).toEqual({ kind: 'cancelling' });
});

test('Earth Engine says canceled and works on: a later look may see it finished', async () => {
  const { simulator, launched, provider } = await openStage({ behaviour: { like: 'earth-engine', jobSeconds: 2 } });
  const job = await launched();
  await simulator.waitFor(() => simulator.jobCounts().running === 1, 1_000);
  await provider.cancel(job, freely);
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'cancelled' } });
  await simulator.waitFor(() => simulator.jobCounts().finished === 1, 5_000);
  expect(await provider.look(job, freely)).toMatchObject({ state: { status: 'succeeded' } });
});

test('a job that was deleted is missing, and cancelling it finds nothing to do', async () => {
  const { simulator, launched, provider } = await openStage();
  const job = await launched();
  await fetch(`${simulator.url}/openeo/1.2/jobs/${job.id}`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer basic//static' },
  });
  expect(await provider.look(job, freely)).toMatchObject({
    kind: 'missing',
    reason: expect.stringMatching(/does not exist/),
  });
  expect(await provider.cancel(job, freely)).toMatchObject({ kind: 'gone' });
});

test('twelve requests a minute are kept by no more than twelve reads; beyond, 429 says how long to wait', async () => {
  const { simulator, launched, provider } = await openStage({
    behaviour: { rateLimit: { perMinute: 12, on: ['look'], retryAfterSeconds: 30 } },
  });
  const job = await launched();
  for (let n = 0; n < 12; n++) expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen' });
  expect(await provider.look(job, freely)).toMatchObject({ kind: 'throttled', retryAfterMs: 30_000 });
  expect(simulator.counts().look.byStatus).toEqual({ 200: 12, 429: 1 });
});
