import { afterEach, expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function start(behaviour?: Behaviour): Promise<TestClient> {
  client = await startTestClient(behaviour);
  return client;
}

test('a launch makes a job, answered 201 with its address and what is known of it', async () => {
  const { launch, sim, lastJob } = await start();
  const answer = await launch();
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe(`${sim.url}/jobs/${lastJob()}`);
  expect(answer.json).toMatchObject({ jobID: lastJob(), type: 'process', processID: 'echo', status: 'accepted' });
  expect(sim.jobs()).toMatchObject([{ started: true, processId: 'echo', imageId: 'i-1' }]);
});

test.each<[string, Behaviour, string, number]>([
  ['of 1.0, among other preferences', {}, 'wait=10, respond-async', 201],
  ['of pygeoapi, alone', { preset: 'pygeoapi' }, 'respond-async', 201],
  ['of pygeoapi, among others', { preset: 'pygeoapi' }, 'respond-async, wait=10', 200],
  ['of ZOO, anywhere in the header', { preset: 'zoo', root: '' }, 'xrespond-asyncx', 201],
  ['of a server that never does', { prefers: 'never' }, 'respond-async', 200],
])('the preference for asynchronous runs %s', async (_, behaviour, prefer, status) => {
  const { launch, sim } = await start(behaviour);
  expect((await launch({}, prefer)).status).toBe(status);
  expect(sim.jobs()).toHaveLength(1);
});

test('a launch that runs at once leaves a job in Location, in a link, or nowhere', async () => {
  const { launch, sim, call, lastJob } = await start({ prefers: 'never', syncJob: 'location' });
  expect((await launch()).headers.get('location')).toContain(lastJob());
  sim.setBehaviour({ syncJob: 'monitor-link' });
  expect((await launch()).headers.get('link')).toContain(`/jobs/${lastJob()}>; rel="monitor"`);
  sim.setBehaviour({ syncJob: 'none' });
  expect((await launch()).headers.has('location')).toBe(false);
  expect((await call('GET', `/jobs/${lastJob()}`)).status).toBe(404);
  expect((await call('GET', '/jobs')).json.jobs).toHaveLength(2);
});

test.each<[string, Behaviour, unknown]>([
  ['what it must', { launchBody: 'minimal' }, { type: 'process', status: 'accepted' }],
  ['null', { launchBody: 'null' }, null],
  ['nothing', { launchBody: 'empty' }, undefined],
  ['the id of 2.0', { preset: 'ogc-2.0' }, { id: expect.any(String), processingEntityType: 'ogc-api-processes' }],
  ['both ids', { idMember: 'both' }, { id: expect.any(String), jobID: expect.any(String) }],
])('the body of a launch may say %s', async (_, behaviour, body) => {
  const { launch } = await start(behaviour);
  const { json } = await launch();
  if (typeof body === 'object' && body !== null) expect(json).toMatchObject(body);
  else expect(json).toBe(body);
});

test('ZOO takes a member id of the body for the process', async () => {
  const { launch, sim } = await start({ preset: 'zoo', root: '', processes: [{ id: 'echo' }] });
  const answer = await launch({}, 'respond-async', { id: 'my-key' });
  expect(answer).toMatchObject({ status: 404, json: { title: 'NoSuchProcess' } });
  expect(sim.jobs()).toEqual([]);
});

test('ZOO runs for ever without an input that it must have; others refuse', async () => {
  const processes = [{ id: 'echo', inputs: { image: {} } }];
  const { launch, call, sim, lastJob } = await start({ preset: 'zoo', root: '', processes, jobSeconds: 0 });
  expect((await launch({})).status).toBe(201);
  expect((await call('GET', `/jobs/${lastJob()}`)).json).toMatchObject({ status: 'running', progress: 0 });
  sim.setBehaviour({ missingInput: 'refused' });
  expect((await launch({})).status).toBe(400);
});

test('a job of pygeoapi says accepted at 5 percent until it has succeeded', async () => {
  const { launch, call, sim, lastJob } = await start({ preset: 'pygeoapi', jobSeconds: 60 });
  await launch();
  sim.setJobStatus(lastJob(), 'running');
  expect((await call('GET', `/jobs/${lastJob()}`)).json).toMatchObject({ status: 'accepted', progress: 5 });
  sim.setJobStatus(lastJob(), 'successful');
  expect((await call('GET', `/jobs/${lastJob()}`)).json).toMatchObject({ status: 'successful', progress: 100 });
});

test('a job of ZOO says running at once, and no progress once it has succeeded', async () => {
  const { launch, call, sim, lastJob } = await start({ preset: 'zoo', root: '', queueSeconds: 60 });
  expect((await launch()).json).toMatchObject({ status: 'running', progress: 0 });
  sim.setJobStatus(lastJob(), 'successful');
  const { json } = await call('GET', `/jobs/${lastJob()}`);
  expect(json.status).toBe('successful');
  expect(json).not.toHaveProperty('progress');
});

test('a success may be overturned, and a job may stand still for ever', async () => {
  const { launch, call, sim, lastJob } = await start({ jobSeconds: 0, overturnPercent: 100, overturnSeconds: 0.3 });
  await launch();
  await sim.waitFor(() => sim.jobCounts().successful === 1, 2_000);
  await sim.waitFor(() => sim.jobCounts().failed === 1, 2_000);
  sim.setBehaviour({ strandPercent: 100, overturnPercent: 0 });
  await launch();
  expect((await call('GET', `/jobs/${lastJob()}`)).json.status).toBe('accepted');
});

test.each<[string, Behaviour, object, object]>([
  ['the standard', {}, { title: 'NoSuchJob' }, { type: expect.stringContaining('no-such-job') }],
  ['ZOO', { preset: 'zoo', root: '' }, { title: 'NoSuchJob' }, { detail: 'job not found' }],
  ['pygeoapi', { preset: 'pygeoapi' }, { code: 'InvalidParameterValue' }, { code: 'NoSuchJob' }],
])('no such job, in the words of %s', async (_, behaviour, ofLook, ofDelete) => {
  const { call } = await start(behaviour);
  expect(await call('GET', '/jobs/x')).toMatchObject({ status: 404, json: ofLook });
  expect(await call('DELETE', '/jobs/x')).toMatchObject({ status: 404, json: ofDelete });
});

test('a deleted job is kept as dismissed and then gone, or removed at once under a wrong media type', async () => {
  const { launch, call, sim, lastJob } = await start({ jobSeconds: 60, goneStatus: 410 });
  await launch();
  const path = `/jobs/${lastJob()}`;
  expect(await call('DELETE', path)).toMatchObject({ status: 200, json: { status: 'dismissed' } });
  expect((await call('GET', path)).json.status).toBe('dismissed');
  expect((await call('DELETE', path)).status).toBe(200);
  expect((await call('DELETE', path)).status).toBe(410);
  sim.setBehaviour({ preset: 'pygeoapi', goneStatus: 404 });
  await launch();
  const removed = await call('DELETE', `/jobs/${lastJob()}`);
  expect(removed).toMatchObject({ status: 200, json: { status: 'dismissed' } });
  expect(removed.headers.get('content-type')).toContain('text/html');
  expect((await call('GET', `/jobs/${lastJob()}`)).status).toBe(404);
});

test('tokens and users are asked for where only the known are let in', async () => {
  const { call, sim } = await start({ letsIn: 'known' });
  expect((await call('GET', '/processes')).status).toBe(401);
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'c', client_secret: 's' });
  const granted = (await (await fetch(sim.tokenUrl, { method: 'POST', body: form })).json()) as {
    access_token: string;
  };
  const headers = { authorization: `Bearer ${granted.access_token}` };
  expect((await call('GET', '/processes', headers)).status).toBe(200);
  sim.expireTokens();
  expect((await call('GET', '/processes', headers)).status).toBe(401);
  const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
  expect((await call('GET', '/processes', { authorization: basic })).status).toBe(200);
});
