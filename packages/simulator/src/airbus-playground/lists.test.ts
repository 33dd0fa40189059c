import { afterEach, expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { jobsPath, payload, startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
/** Jobs named 0, 1, 2 … in order of launch. */
async function startWithJobs(count: number, behaviour: Behaviour = {}): Promise<TestClient> {
  client = await startTestClient({ behaviour: { jobSeconds: 60, ...behaviour } });
  for (let index = 0; index < count; index += 1) await client.launch({ name: String(index) });
  return client;
}
function idsOf(sim: TestClient['sim']): string[] {
  return sim.jobs().map((job) => job.id);
}
function idsIn(answer: { json: { jobs: { id: string }[] } }): string[] {
  return answer.json.jobs.map((row) => row.id);
}

test('a row says neither status nor name nor input', async () => {
  const { list } = await startWithJobs(1);
  const [row] = (await list()).json.jobs;
  expect(Object.keys(row ?? {})).toEqual(expect.arrayContaining(['id', 'processId', 'creationDate', '_links']));
  for (const key of ['status', 'name', 'input']) expect(row).not.toHaveProperty(key);
});

test('pages count from 1, hold 10 rows unless asked otherwise, and link to their neighbours', async () => {
  const { list, call } = await startWithJobs(25);
  const first = await list();
  expect(first.json).toMatchObject({ count: 10, total: 25 });
  expect(first.json._links).not.toHaveProperty('prev');
  const second = await call('GET', first.json._links.next?.relation ?? '');
  expect(second.json._links.prev?.href).toContain('page=1');
  const third = await list('&page=3');
  expect(third.json).toMatchObject({ count: 5, total: 25 });
  expect(third.json._links).not.toHaveProperty('next');
  expect((await list('&page=4')).json).toMatchObject({ jobs: [], total: 25 });
  expect((await list('&size=500&page=1')).json._links.self?.href).toContain('size=100');
  for (const wrong of ['&page=0', '&page=x', '&size=0']) expect((await list(wrong)).status).toBe(400);
});

test.each(['newest', 'oldest', 'random'] as const)(
  'all pages together hold each job once, %s first',
  async (listOrder) => {
    const { list, sim } = await startWithJobs(12, { listOrder });
    const seen = [
      ...idsIn(await list('&size=5')),
      ...idsIn(await list('&size=5&page=2')),
      ...idsIn(await list('&size=5&page=3')),
    ];
    const launched = idsOf(sim);
    const expected = { newest: launched.toReversed(), oldest: launched, random: launched.toSorted() }[listOrder];
    expect(seen).toEqual(expected);
  },
);

test('a launch between two pages shifts the rows, so that one is seen twice', async () => {
  const { list, launch } = await startWithJobs(4);
  const first = idsIn(await list('&size=2'));
  await launch();
  const second = idsIn(await list('&size=2&page=2'));
  expect(second[0]).toBe(first[1]);
});

test('a job shows in lists only after the lag, though it can be looked at', async () => {
  const { list, look, sim } = await startWithJobs(1, { listLagSeconds: 60 });
  const [id = ''] = idsOf(sim);
  expect((await list()).json).toMatchObject({ jobs: [], total: 0 });
  expect((await look(id)).status).toBe(200);
  sim.setBehaviour({ listLagSeconds: 0 });
  expect((await list()).json.total).toBe(1);
});

test('a stale list shows what was true a while ago', async () => {
  const { list, sim } = await startWithJobs(1, { staleList: { percent: 50, seconds: 60 } });
  const totals = new Set<number>();
  for (let read = 0; read < 30; read += 1) totals.add((await list()).json.total);
  expect([...totals].sort()).toEqual([0, 1]);
  expect(sim.jobs()).toHaveLength(1);
});

test('jobs that are gone are not listed', async () => {
  const { list, sim } = await startWithJobs(2);
  const [gone = '', left] = idsOf(sim);
  sim.removeJob(gone);
  expect(idsIn(await list())).toEqual([left]);
});

test('the list of a project holds the jobs of all its processes, or of one dataset', async () => {
  const { launch, call } = await startWithJobs(1);
  await launch({ datasetId: 'dataset-2' });
  await launch({ projectId: 'project-2' });
  await call('POST', jobsPath.replace('process-1', 'process-2'), { body: JSON.stringify(payload) });
  expect((await call('GET', '/api/v1/jobs?projectId=project-1')).json.total).toBe(3);
  expect((await call('GET', '/api/v1/jobs?projectId=project-1&datasetId=dataset-2')).json.total).toBe(1);
});
