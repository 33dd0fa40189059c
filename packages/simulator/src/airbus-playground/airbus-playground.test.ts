import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../simulator.ts';
import { jobsPath, payload, startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function start(options?: Partial<SimulatorOptions>): Promise<TestClient> {
  client = await startTestClient(options);
  return client;
}

function login(tokenUrl: string, form: Record<string, string>): Promise<Response> {
  return fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
}
const goodForm = { apikey: 'key-1', grant_type: 'api_key', client_id: 'IDP' };

test('an API key is exchanged for a token that opens every call', async () => {
  const { sim, call } = await start({ apiKeys: ['key-1'], behaviour: { tokenSeconds: 1800 } });
  const answer = await login(sim.tokenUrl, goodForm);
  const token = (await answer.json()) as { access_token: string };
  expect(token).toMatchObject({ expires_in: 1800, token_type: 'bearer' });
  const list = await call('GET', '/api/v1/jobs?projectId=p', {
    headers: { authorization: `Bearer ${token.access_token}` },
  });
  expect(list.status).toBe(200);
});

test.each([
  ['a wrong key', { ...goodForm, apikey: 'other' }, 401],
  ['a wrong client', { ...goodForm, client_id: 'PLAYGROUND' }, 401],
  ['another grant', { ...goodForm, grant_type: 'password' }, 400],
])('%s gets no token', async (_what, form, status) => {
  const { sim } = await start({ apiKeys: ['key-1'] });
  expect((await login(sim.tokenUrl, form)).status).toBe(status);
  expect(sim.counts().token).toMatchObject({ arrived: 1, tookEffect: 0 });
});

test('a call without a token, with a strange one or with an ended one is answered 401', async () => {
  const { sim, call } = await start({ behaviour: { tokenSeconds: 0 } });
  const { access_token } = (await (await login(sim.tokenUrl, goodForm)).json()) as { access_token: string };
  const messages = [];
  for (const authorization of ['', 'Bearer nonsense', `Bearer ${access_token}`]) {
    const answer = await call('GET', '/api/v1/jobs?projectId=p', { headers: { authorization } });
    expect(answer.status).toBe(401);
    messages.push(answer.json.message);
  }
  expect(messages).toEqual(['Unauthorized', 'Invalid token', 'Token expired']);
});

test('a launch is answered with the job as published: 201, its address, its input', async () => {
  const { launch, sim } = await start();
  const answer = await launch({}, { correlationId: 'b-0-0.1' });
  const path = `${jobsPath}/${answer.json.id}?projectId=project-1`;
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe(`https://playground-api-gateway.playground.airbusds-geo.com${path}`);
  expect(answer.json).toMatchObject({
    processId: 'process-1',
    creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    status: { status: 'ACCEPTED', progress: 0 },
    input: payload,
    asynchronous: true,
    _links: {
      self: {
        href: `https://playground-api-gateway.playground.airbusds-geo.com${path}`,
        method: 'GET',
        relation: path,
      },
      delete: { method: 'DELETE' },
    },
  });
  expect(sim.jobs()).toMatchObject([
    { id: answer.json.id, correlationId: 'b-0-0.1', taskId: 'b-0-0', imageId: 'image-1', name: payload.name },
  ]);
});

test('a launch may be answered with the link alone', async () => {
  const { launch } = await start({
    behaviour: { minimalLaunchAnswer: true, selfLinkCarriesProjectId: false, linkHost: 'own' },
  });
  const answer = await launch();
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({
    _links: { self: { href: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/.*\/jobs\/[-0-9a-f]{36}$/) } },
  });
});

test('status, dates, links and echo of a launch are as the behaviour says', async () => {
  const { launch } = await start({
    behaviour: { launchStatus: 202, epochDates: true, withLinks: false, withLocation: false, echoInput: false },
  });
  const answer = await launch();
  expect(answer.status).toBe(202);
  expect(answer.headers.has('location')).toBe(false);
  expect(answer.json.creationDate).toBeTypeOf('number');
  expect(answer.json).not.toHaveProperty('_links');
  expect(answer.json).not.toHaveProperty('input');
});

test.each([
  ['without a name', { name: undefined }, 400, 'name is required'],
  ['without an image', { imageId: undefined }, 400, 'imageId is required'],
  ['with imageId1 alone', { imageId: undefined, imageId1: 'a' }, 400, 'imageId2 is required'],
  ['without a geometry', { geom: undefined }, 400, 'geom is required'],
  ['with both dataset fields', { datasetName: 'n' }, 400, 'exactly one of datasetId and datasetName is required'],
  ['without any dataset field', { datasetId: undefined }, 400, 'exactly one of datasetId and datasetName is required'],
  ['with a number for a name', { name: 7 }, 400, 'name must be a string'],
  ['with a point', { geom: { type: 'Point', coordinates: [1, 2] } }, 400, 'geom.type must be Polygon'],
  [
    'with an open ring',
    {
      geom: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
    },
    405,
    'closed rings',
  ],
])('a launch %s is refused and makes no job', async (_what, change, status, hint) => {
  const { launch, sim } = await start();
  const answer = await launch(change, { correlationId: 'b-0-0.1' });
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ hint: expect.stringContaining(hint), correlationId: 'b-0-0.1' });
  expect(answer.json).toHaveProperty('timestamp');
  expect(sim.jobs()).toEqual([]);
  expect(sim.launches()).toMatchObject([{ status, tookEffect: false }]);
});

test('a body that is no JSON is refused', async () => {
  const { call } = await start();
  expect(await call('POST', jobsPath, { body: '{"name":' })).toMatchObject({
    status: 400,
    json: { message: 'Bad request' },
  });
});

test('declared processes are listed, described and the only ones there are', async () => {
  const { call, launch } = await start({
    behaviour: { processes: [{ id: 'process-2', title: 'Change watch', images: 2, firstImageField: 'imageId1' }] },
  });
  const list = await call('GET', '/api/v1/processes?projectId=p');
  expect(list.json).toMatchObject({ processes: [{ id: 'process-2', title: 'Change watch' }], count: 1, total: 1 });
  const one = await call('GET', '/api/v1/processes/process-2?projectId=p');
  expect(one.json.input.required).toEqual(['name', 'imageId1', 'imageId2', 'geom']);
  expect((await call('GET', '/api/v1/processes/process-1?projectId=p')).status).toBe(404);
  expect((await launch()).status).toBe(404);
  const body = JSON.stringify({ ...payload, imageId2: 'image-2' });
  expect((await call('POST', '/api/v1/processes/process-2/jobs', { body })).json.hint).toBe('imageId1 is required');
});

test('a job is found under its own process and project only, and a read must name the project', async () => {
  const { launch, call } = await start();
  const { id } = (await launch()).json;
  expect((await call('GET', `${jobsPath}/${id}?projectId=project-1`)).status).toBe(200);
  expect((await call('GET', `${jobsPath}/${id}?projectId=project-2`)).status).toBe(404);
  expect((await call('GET', `/api/v1/processes/process-2/jobs/${id}?projectId=project-1`)).status).toBe(404);
  expect((await call('GET', `${jobsPath}/${id}`)).status).toBe(400);
  expect((await call('DELETE', `${jobsPath}/${id}`)).status).toBe(400);
  expect((await call('GET', jobsPath)).status).toBe(400);
});

test('a job runs to its end by itself', async () => {
  const { launch, look, sim } = await start({ behaviour: { jobSeconds: 0.1 } });
  const { id } = (await launch()).json;
  await sim.waitFor(() => sim.jobCounts().SUCCEEDED === 1, 2000);
  const { json } = await look(id);
  expect(json).toMatchObject({
    status: { status: 'SUCCEEDED', progress: 100 },
    nbTasksPerStatus: [{ status: 'SUCCEEDED' }],
  });
  expect(json).toHaveProperty('endDate');
});

test('a deleted job is cancelled after a while, or gone at once', async () => {
  const { launch, look, call, sim } = await start({ behaviour: { jobSeconds: 60, deleteSeconds: 0.1 } });
  const { id } = (await launch()).json;
  const answer = await call('DELETE', `${jobsPath}/${id}?projectId=project-1`);
  expect(answer).toMatchObject({ status: 202, json: { id } });
  expect(answer.json).not.toHaveProperty('status');
  expect((await look(id)).json.status.status).toBe('RUNNING');
  await sim.waitFor(() => sim.jobCounts().CANCELLED === 1, 2000);

  sim.setBehaviour({ deleteStatus: 204 });
  expect(await call('DELETE', `${jobsPath}/${id}?projectId=project-1`)).toMatchObject({ status: 204, text: '' });
  expect(await look(id)).toMatchObject({ status: 404, json: { message: 'Job not found' } });
  expect((await call('DELETE', `${jobsPath}/${id}?projectId=project-1`)).status).toBe(404);
});

test('jobs at a time can be limited, and an ended job makes room', async () => {
  const { launch, sim } = await start({ behaviour: { jobSeconds: 60, concurrentJobs: { limit: 2 } } });
  const first = await launch();
  await launch();
  expect(await launch()).toMatchObject({ status: 403, json: { message: expect.stringContaining('Quota') } });
  sim.setJobStatus(first.json.id, 'SUCCEEDED');
  expect((await launch()).status).toBe(201);
});
