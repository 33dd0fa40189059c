import { afterEach, describe, expect, test } from 'vitest';
import type { Behaviour } from '../index.ts';
import { startTestClient, type TestClient } from './test-client.ts';

const open: TestClient[] = [];
afterEach(async () => {
  for (const { sim } of open.splice(0)) await sim.close();
});
const slow = { jobSeconds: 3600 };
const search = '/jobs/search/parametricFind';

describe('searches', () => {
  async function three(behaviour: Behaviour = {}) {
    const services = [
      { id: 20, name: 'FloodMask' },
      { id: 31, name: 'Tiler', parallelInput: 'tiles' },
    ];
    const client = await startTestClient({ ...slow, services, ...behaviour });
    open.push(client);
    await client.launch({ a: ['needle'] }, { label: 'one' });
    await client.launch({ a: ['2'] }, { label: 'two FloodMask' });
    await client.launch({ tiles: ['x'] }, { label: 'three', service: 'x/services/31' });
    return client;
  }

  test('the list shows sub-jobs too, the search does not, unless it is asked for those of a parent', async () => {
    const { ids } = await three();
    expect(await ids('/jobs?sort=id,desc')).toEqual([4104, 4103, 4102, 4101]);
    expect(await ids(`${search}?sort=id,desc`)).toEqual([4103, 4102, 4101]);
    expect(await ids(`${search}?parentId=4103`)).toEqual([4104]);
    expect(await ids('/jobs/4103/subJobs')).toEqual([4104]);
    expect(await ids('/jobs/4101/subJobs')).toEqual([]);
  });

  test.each([
    ['label', 'two', [4102]],
    ['label', 'FLOOD', [4101, 4102]],
    ['service', 'two', []],
    ['service', 'flood', [4101, 4102]],
    ['id', '4103', [4103]],
    ['id', 'two', []],
    ['ignored', 'two', [4101, 4102, 4103]],
  ] as const)('a filter matches what the server makes of it: by %s, %s', async (by, filter, found) => {
    const { ids } = await three({ search: by });
    expect(await ids(`${search}?filter=${filter}`)).toEqual(found);
  });

  test('jobs that have not ended are in no period, and unknown parameters are ignored', async () => {
    const { ids } = await three();
    expect(await ids(`${search}?startDateTime=2020-01-01T00:00:00`)).toEqual([]);
    expect(await ids(`${search}?startTime=2020-01-01T00:00:00`)).toEqual([4101, 4102, 4103]);
    expect(await ids(`${search}?inputIdentifier=needle`)).toEqual([4101]);
  });

  test('a status hides the parents of the newest server', async () => {
    const { sim, ids } = await three();
    expect(await ids(`${search}?status=RUNNING,CREATED`)).toEqual([4101, 4102, 4103]);
    sim.setBehaviour({ generation: 4 });
    expect(await ids(`${search}?status=RUNNING,CREATED`)).toEqual([4101, 4102]);
  });

  test('pages are counted from 0, and an empty one has no rows at all', async () => {
    const { call } = await three();
    const page = (await call('GET', '/jobs?page=1&size=3')).json;
    expect(page.page).toEqual({ size: 3, totalElements: 4, totalPages: 2, number: 1 });
    expect(page._embedded.jobs).toHaveLength(1);
    expect((await call('GET', '/jobs?page=2&size=3')).json).not.toHaveProperty('_embedded');
  });

  test('what is not offered is refused', async () => {
    const { sim, call } = await three({ generation: 2 });
    expect((await call('GET', search)).status).toBe(404);
    expect((await call('GET', '/jobs/search/findByFilterOnly?filter=two')).json._embedded.jobs).toHaveLength(1);
    sim.setBehaviour({ generation: 3, search: 405, jobsList: 405 });
    for (const path of [search, '/jobs']) expect((await call('GET', path)).status).toBe(405);
    expect((await call('GET', '/jobs/search/findByFilterOnly')).status).toBe(404);
  });
});
