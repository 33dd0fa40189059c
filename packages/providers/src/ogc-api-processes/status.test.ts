import { expect, test } from 'vitest';
import { freely } from '../test-call.ts';
import { inputsShown, madeBeforeMs, mayBeOf, readStatus, stateOf, statusOf } from './status.ts';
import { type Behaviour, jobOf, openServer, openTold } from './test-server.ts';

const info = (members: object) => readStatus({ jobID: 'j', ...members }) ?? expect.fail('no statusInfo');
const at = { id: 'j', address: '/jobs/j' };

test.each([
  ['created', 'accepted'],
  ['accepted', 'accepted'],
  ['queued', 'accepted'],
  ['running', 'running'],
  ['started', 'running'],
  ['paused', 'paused'],
  ['successful', 'succeeded'],
  ['succeeded', 'succeeded'],
  ['finished', 'succeeded'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['exception', 'failed'],
  ['dismissed', 'cancelled'],
  ['canceled', 'cancelled'],
  ['ProcessSucceeded', 'unknown'],
  ['Accepted', 'accepted'],
  ['SUCCESSFUL', 'succeeded'],
  ['toString', 'unknown'],
  [undefined, 'unknown'],
] as const)('the word %s means %s', (status, meaning) => {
  expect(statusOf({ status })).toBe(meaning);
});

test('a job that says accepted for its whole run is looked at until it says otherwise', async () => {
  const { launch, look, sim } = await openServer({ preset: 'pygeoapi' });
  const job = jobOf(await launch());
  sim.setJobStatus(job.id, 'running');
  expect(await look(job)).toMatchObject({ state: { status: 'accepted', word: 'accepted', progressPercent: 5 } });
  sim.setJobStatus(job.id, 'successful');
  expect(await look(job)).toMatchObject({ state: { status: 'succeeded', progressPercent: 100 } });
});

test('a job may say running in its first answer, and no progress once it has succeeded', async () => {
  const { launch, look, sim } = await openServer({ preset: 'zoo', queueSeconds: 60 });
  const job = jobOf(await launch());
  expect(await look(job)).toMatchObject({ state: { status: 'running', progressPercent: 0 } });
  sim.setJobStatus(job.id, 'successful');
  expect(await look(job)).toMatchObject({ state: { status: 'succeeded', progressPercent: undefined } });
});

test('a job of Weaver succeeds and is canceled in words of its own', async () => {
  const { launch, look, sim } = await openServer({ preset: 'weaver' });
  const job = jobOf(await launch());
  sim.setJobStatus(job.id, 'successful');
  expect(await look(job)).toMatchObject({ state: { status: 'succeeded', word: 'succeeded' } });
  sim.setJobStatus(job.id, 'dismissed');
  expect(await look(job)).toMatchObject({ state: { status: 'cancelled', word: 'canceled' } });
});

test('a job that a restart left behind goes on saying accepted, and is no failure', async () => {
  const { launch, look } = await openServer({ strandPercent: 100, jobSeconds: 0 });
  expect(await look(jobOf(await launch()))).toMatchObject({ state: { status: 'accepted' } });
});

test('a success that the server takes back is told as it is at each look', async () => {
  const { launch, look, sim } = await openServer({ jobSeconds: 0, overturnPercent: 100, overturnSeconds: 0.2 });
  const job = jobOf(await launch());
  await sim.waitFor(() => sim.jobCounts().successful === 1, 2_000);
  await sim.waitFor(() => sim.jobCounts().failed === 1, 2_000);
  expect(await look(job)).toMatchObject({ state: { status: 'failed' } });
});

test.each<[string, Behaviour]>([
  ['as the standard has it', {}],
  ['by pygeoapi', { preset: 'pygeoapi' }],
  ['by ZOO', { preset: 'zoo' }],
  ['by GeoServer', { preset: 'geoserver' }],
  ['as a page', { errors: 'html' }],
])('a job that is not there, told %s, is missing', async (_, behaviour) => {
  const { launch, look, sim } = await openServer(behaviour);
  const job = jobOf(await launch());
  sim.removeJob(job.id);
  expect(await look(job)).toMatchObject({ kind: 'missing', reason: expect.stringContaining('job not found') });
});

test.each<[string, object, string | undefined]>([
  ['its message', { message: 'no tile', exception: { title: 'x' } }, 'no tile'],
  ['the exception of 2.0', { exception: { title: 'Bad input', detail: 'no tile' } }, 'Bad input: no tile'],
  ['nothing', {}, undefined],
])('why a job failed is told by %s', (_, members, message) => {
  expect(stateOf(info({ status: 'failed', ...members })).message).toBe(message);
});

test.each([
  [{ jobID: 'j' }, 'seen'],
  [{ id: 'j', processingEntityType: 'ogc-api-processes', status: 'running' }, 'seen'],
  [{ id: 'other', jobID: 'j' }, 'seen'],
  [{ status: 'running' }, 'seen'],
  [{ jobID: 'another', status: 'successful' }, 'ambiguous'],
  [{ message: 'welcome' }, 'ambiguous'],
  [[], 'ambiguous'],
])('a look answered with %j is %s', async (body, kind) => {
  const { provider } = await openTold(() => ({ body }));
  expect(await provider.look(at, freely)).toMatchObject({ kind });
});

test.each([
  [{ processID: 'vessels' }, true],
  [{ process: 'vessels' }, true],
  [{ processID: 'http://h/ogc/processes/vessels?f=json' }, true],
  [{ processID: 'http://h/processes/vessels/' }, true],
  [{ processID: 'vessels:1.0.0' }, true],
  [{}, true],
  [{ processID: 'ships' }, false],
  [{ processID: 'vessels2' }, false],
  [{ processID: 'http://h/vessels/ships' }, false],
])('a job that says %j may be of the process vessels: %s', (members, may) => {
  expect(mayBeOf(info(members), 'vessels')).toBe(may);
});

test.each([
  [{ created: '2026-01-01T00:00:00Z' }, Date.UTC(2026, 0, 1) + 999],
  [{ created: '2026-01-01 00:00:00+02:00' }, Date.UTC(2025, 11, 31, 22) + 999],
  [{ created: '2026-01-01T00:00:00.123456' }, Date.UTC(2026, 0, 1, 12) + 123 + 999],
  [{ finished: '2026-01-01T00:00:00Z', updated: '2026-01-02T00:00:00Z' }, Date.UTC(2026, 0, 1) + 999],
  [{ created: 'yesterday' }, undefined],
  [{}, undefined],
])('a job that says %j was made by %s at the latest', (members, ms) => {
  expect(madeBeforeMs(info(members))).toBe(ms);
});

test.each([
  [{ request: { inputs: { a: 1 } } }, { a: 1 }],
  [{ parameters: { a: 1 } }, { a: 1 }],
  [{ parameters: { inputs: { a: 1 } } }, { a: 1 }],
  [{ parameters: '{"a":1}' }, { a: 1 }],
  [{ parameters: null }, undefined],
  [{ request: { href: '/jobs/j/request' } }, undefined],
  [{}, undefined],
])('a job that says %j shows the inputs %j', (members, inputs) => {
  expect(inputsShown(info(members))).toEqual(inputs);
});
