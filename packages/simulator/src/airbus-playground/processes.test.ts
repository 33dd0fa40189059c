import { afterEach, expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { payload, startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function startWith(behaviour: Behaviour): Promise<TestClient> {
  client = await startTestClient({ behaviour });
  return client;
}
const processes = '/api/v1/processes';

test('a process of some projects is listed, described and launched in those only', async () => {
  const { call } = await startWith({
    processes: [{ id: 'here', projects: ['project-1'], version: '2.1' }, { id: 'everywhere' }],
  });
  expect((await call('GET', `${processes}?projectId=project-1`)).json).toMatchObject({
    processes: [{ id: 'here', version: '2.1' }, { id: 'everywhere' }],
    total: 2,
  });
  expect((await call('GET', `${processes}?projectId=project-2`)).json).toMatchObject({
    processes: [{ id: 'everywhere' }],
    total: 1,
  });
  expect((await call('GET', `${processes}/here?projectId=project-2`)).status).toBe(404);
  const launch = (projectId: string) =>
    call('POST', `${processes}/here/jobs`, { body: JSON.stringify({ ...payload, projectId }) });
  expect((await launch('project-2')).status).toBe(404);
  expect((await launch('project-1')).status).toBe(201);
});

test('a list shows no input, a description shows the input schema, unless it is told not to', async () => {
  const { call, sim } = await startWith({ processes: [{ id: 'one' }] });
  const [row] = (await call('GET', `${processes}?projectId=p`)).json.processes as object[];
  expect(row).not.toHaveProperty('input');
  const described = await call('GET', `${processes}/one?projectId=p`);
  expect(described.json.input).toMatchObject({
    required: ['name', 'imageId', 'geom'],
    properties: { imageId: { type: 'string' }, geom: { type: 'object' } },
    oneOf: [{ required: ['datasetId'] }, { required: ['datasetName'] }],
  });
  sim.setBehaviour({ showInputSchema: false });
  expect((await call('GET', `${processes}/one?projectId=p`)).json).not.toHaveProperty('input');
});

test('a process that was not declared says that it takes one image or two', async () => {
  const { call } = await startWith({});
  expect((await call('GET', `${processes}/any?projectId=p`)).json.input).toMatchObject({
    required: ['name', 'geom'],
    anyOf: [{ required: ['imageId'] }, { required: ['imageId1', 'imageId2'] }],
  });
});
