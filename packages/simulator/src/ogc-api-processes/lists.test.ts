import { afterEach, expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function startWith(jobs: number, behaviour?: Behaviour): Promise<TestClient> {
  client = await startTestClient({ jobSeconds: 60, ...behaviour } as Behaviour);
  for (let n = 0; n < jobs; n++) await client.launch({ n });
  return client;
}
const idsIn = (json: { jobs: { jobID: string }[] }) => json.jobs.map(({ jobID }) => jobID);
const nextOf = (json: { links: { rel: string; href: string }[] }) => json.links.find(({ rel }) => rel === 'next')?.href;

test('a list comes newest first, in pages that name the next', async () => {
  const { call, sim } = await startWith(3);
  const first = await call('GET', '/jobs?limit=2');
  const second = await call('GET', new URL(nextOf(first.json) ?? '').search.replace(/^/, '/jobs'));
  const made = sim.jobs().map(({ id }) => id);
  expect([...idsIn(first.json), ...idsIn(second.json)]).toEqual(made.toReversed());
  expect(nextOf(second.json)).toBeUndefined();
});

test('pygeoapi pages from the oldest on, newest first within a page, with an empty page after a full one', async () => {
  const { call, sim } = await startWith(4, { preset: 'pygeoapi' });
  const [a, b, c, d] = sim.jobs().map(({ id }) => id);
  const first = await call('GET', '/jobs?f=json&limit=2');
  expect(idsIn(first.json)).toEqual([b, a]);
  expect(nextOf(first.json)).not.toContain('f=json');
  const second = await call('GET', '/jobs?limit=2&offset=2');
  expect(idsIn(second.json)).toEqual([d, c]);
  expect(nextOf(second.json)).toContain('offset=4');
  const third = await call('GET', '/jobs?limit=2&offset=4');
  expect(third.json.jobs).toEqual([]);
  expect(nextOf(third.json)).toBeUndefined();
});

test('a list of pygeoapi is a page for people unless JSON is asked for', async () => {
  const { call } = await startWith(1, { preset: 'pygeoapi' });
  expect((await call('GET', '/jobs', { accept: '*/*' })).text).toContain('<html>');
  expect((await call('GET', '/jobs?f=json', { accept: '*/*' })).json.jobs).toHaveLength(1);
});

test('filters are kept, ignored or refused', async () => {
  const { call, sim } = await startWith(2);
  const later = new Date(Date.now() + 60_000).toISOString();
  expect((await call('GET', '/jobs?processID=nope')).json.jobs).toEqual([]);
  expect((await call('GET', '/jobs?processID=nope,echo&status=running,accepted')).json.jobs).toHaveLength(2);
  expect((await call('GET', `/jobs?datetime=${later}/..`)).json.jobs).toEqual([]);
  expect((await call('GET', `/jobs?datetime=../${later}`)).json.jobs).toHaveLength(2);
  sim.setBehaviour({ filters: 'ignored' });
  expect((await call('GET', '/jobs?processID=nope')).json.jobs).toHaveLength(2);
  sim.setBehaviour({ filters: 'refused' });
  expect((await call('GET', '/jobs?processID=nope')).status).toBe(400);
});

test('a list may not be there, may not be allowed, or fail once it is too long', async () => {
  const { call, sim } = await startWith(2, { list: 'absent' });
  expect((await call('GET', '/jobs')).status).toBe(404);
  sim.setBehaviour({ list: 'not-allowed' });
  expect((await call('GET', '/jobs')).status).toBe(405);
  sim.setBehaviour({ list: 'served', listFailsFrom: 2 });
  expect(await call('GET', '/jobs')).toMatchObject({ status: 500, text: '' });
});

test('a limit beyond the most is clamped, and none at all is refused', async () => {
  const { call } = await startWith(3, { listMost: 2 });
  expect((await call('GET', '/jobs?limit=1000')).json.jobs).toHaveLength(2);
  expect((await call('GET', '/jobs?limit=0')).status).toBe(400);
});

test('a job shows in the list only after the lag', async () => {
  const { call, sim } = await startWith(1, { listLagSeconds: 60 });
  expect((await call('GET', '/jobs')).json.jobs).toEqual([]);
  sim.setBehaviour({ listLagSeconds: 0 });
  expect((await call('GET', '/jobs')).json.jobs).toHaveLength(1);
});

test('inputs are shown nowhere, on looks, or everywhere', async () => {
  const { call, sim, lastJob } = await startWith(1);
  const row = async () => (await call('GET', '/jobs')).json.jobs[0];
  const job = async () => (await call('GET', `/jobs/${lastJob()}`)).json;
  expect([await row(), await job()].some((each) => 'request' in each)).toBe(false);
  sim.setBehaviour({ inputsShown: 'on-look' });
  expect(await row()).not.toHaveProperty('request');
  expect(await job()).toMatchObject({ request: { inputs: { n: 0 } } });
  sim.setBehaviour({ inputsShown: 'everywhere', inputsMember: 'parameters' });
  expect(await row()).toMatchObject({ parameters: { n: 0 } });
});
