import { afterEach, describe, expect, test } from 'vitest';
import { graphOf, startTestClient, type TestClient } from './test-client.ts';

const clients: TestClient[] = [];
afterEach(async () => {
  for (const { sim } of clients.splice(0)) await sim.close();
});
async function open(...options: Parameters<typeof startTestClient>): Promise<TestClient> {
  const client = await startTestClient(...options);
  clients.push(client);
  return client;
}
const presets = ['spec', 'vito', 'earth-engine'] as const;

test('a job is created with an empty page, and runs nothing until it is started', async () => {
  const { sim, call, start, look } = await open({ jobSeconds: 3600 });
  const answer = await call('POST', '/jobs', {
    body: { title: 'Sète', id: 'mine', process: graphOf('process-1') },
    headers: { 'x-correlation-id': 'b-0-0.1' },
  });
  const id = answer.headers.get('openeo-identifier') ?? '';
  expect(answer).toMatchObject({ status: 201, text: '' });
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(answer.headers.get('location')).toBe(`${sim.url}/openeo/1.2/jobs/${id}`);
  expect(id).toMatch(/^[\w\-.~]+$/);
  expect(id).not.toBe('mine');
  expect(sim.jobs()).toMatchObject([{ id, name: 'Sète', processId: 'process-1', taskId: 'b-0-0', started: false }]);
  expect((await look(id)).json).toMatchObject({
    id,
    title: 'Sète',
    status: 'created',
    progress: 0,
    process: graphOf('process-1'),
  });
  expect(await start(id)).toMatchObject({ status: 202, text: '' });
  expect(sim.jobs()).toMatchObject([{ started: true, launchedAtMs: expect.any(Number) }]);
  expect(sim.counts()).toMatchObject({ create: { tookEffect: 1 }, launch: { tookEffect: 1 } });
});

test('two jobs of one task are told only once both were started', async () => {
  const { sim, create, start } = await open();
  const ids = [await create({}, 'b-0-0.1'), await create({}, 'b-0-0.2')];
  await start(ids[0] ?? '');
  expect(sim.launchedTwice()).toEqual([]);
  await start(ids[1] ?? '');
  expect(sim.launchedTwice()).toMatchObject([{ key: 'b-0-0', jobs: [{ id: ids[0] }, { id: ids[1] }] }]);
});

test('a job is queued, runs with its progress, and ends', async () => {
  const { sim, create, start, status, look } = await open({ queueSeconds: 1, jobSeconds: 1 });
  const id = await create();
  await start(id);
  expect(await status(id)).toBe('queued');
  await sim.waitFor(() => sim.jobCounts().running === 1, 2_000);
  expect((await look(id)).json.progress).toEqual(expect.any(Number));
  await sim.waitFor(() => sim.jobCounts().finished === 1, 5_000);
  expect((await look(id)).json).toMatchObject({ status: 'finished', progress: 100 });
});

test('costs are null until a job has ended; one back-end reads them for no list, and one without a currency has none', async () => {
  const costsIn = (answer: { json: Record<string, unknown> }) =>
    (answer.json.jobs as { costs?: unknown }[]).map(({ costs }) => costs);
  for (const [behaviour, alone, inList] of [
    [{ like: 'vito' }, 4, null],
    [{ currency: 'EUR', costPerJob: 0.5 }, 0.5, 0.5],
    [{ like: 'earth-engine' }, undefined, undefined],
  ] as const) {
    const { sim, call, create, start, look } = await open({ jobSeconds: 3600, ...behaviour });
    const id = await create();
    await start(id);
    expect((await look(id)).json.costs ?? null).toBeNull();
    sim.setJobStatus(id, 'finished');
    expect((await look(id)).json.costs).toEqual(alone);
    expect(costsIn(await call('GET', '/jobs'))).toEqual([inList]);
    const { billing } = (await call('GET', '/')).json;
    expect(billing).toEqual(
      { vito: { currency: 'credits' }, 'earth-engine': undefined, spec: { currency: 'EUR' } }[
        'like' in behaviour ? behaviour.like : 'spec'
      ],
    );
  }
});

describe('starting again', () => {
  test.each(presets)('a job that runs: %s', async (like) => {
    const { sim, create, start } = await open({ like, jobSeconds: 3600 });
    const id = await create();
    await start(id);
    const again = await start(id);
    if (like === 'earth-engine') expect(again).toMatchObject({ status: 400, json: { code: 'JobNotFinished' } });
    else expect(again.status).toBe(202);
    expect(sim.counts().launch.tookEffect).toBe(1);
  });

  test.each(presets)('a job that has ended: %s', async (like) => {
    const { sim, create, start } = await open({ like, jobSeconds: 0 });
    const id = await create();
    await start(id);
    await sim.waitFor(() => sim.jobCounts().finished === 1, 5_000);
    expect((await start(id)).status).toBe(202);
    expect(sim.counts().launch.tookEffect).toBe(like === 'vito' ? 1 : 2);
  });

  test('a job whose start does not show yet runs twice: this is the race', async () => {
    const { sim, create, start, status } = await open({ like: 'vito', jobSeconds: 3600, statusLagSeconds: 60 });
    const id = await create();
    await start(id);
    expect(await status(id)).toBe('created');
    await start(id);
    expect(sim.counts().launch.tookEffect).toBe(2);
    expect(sim.jobs()).toMatchObject([{ status: 'running' }]);
  });
});

test('at its limit of jobs a back-end starts no more, and the job stays as it is', async () => {
  const { create, start, status } = await open({ like: 'vito', jobSeconds: 3600, concurrentJobs: { limit: 1 } });
  const [first, second] = [await create(), await create()];
  await start(first);
  expect(await start(second)).toMatchObject({ status: 400, json: { code: 'ConcurrentJobLimit' } });
  expect(await status(second)).toBe('created');
});

describe('mistakes', () => {
  test.each(presets)('an unknown process: %s', async (like) => {
    const { call, sim } = await open({ like });
    const answer = await call('POST', '/jobs', { body: { process: graphOf('nothing') } });
    if (like === 'earth-engine') expect(answer).toMatchObject({ status: 500, json: { code: 'ProcessUnsupported' } });
    else expect(answer.status).toBe(201);
    expect(sim.jobs()).toHaveLength(like === 'earth-engine' ? 0 : 1);
  });

  test('a body that is no JSON, a job without a process, a job that is not there', async () => {
    const { call } = await open({ like: 'vito' });
    expect(await call('POST', '/jobs', { body: '{' })).toMatchObject({ status: 400, json: { code: 'Internal' } });
    expect(await call('POST', '/jobs', { body: {} })).toMatchObject({
      status: 400,
      json: { code: 'ProcessGraphMissing' },
    });
    for (const [method, path] of [
      ['GET', '/jobs/x'],
      ['POST', '/jobs/x/results'],
      ['DELETE', '/jobs/x'],
      ['GET', '/jobs/x/logs'],
    ] as const) {
      expect(await call(method, path)).toMatchObject({
        status: 404,
        json: { code: 'JobNotFound', id: expect.any(String) },
      });
    }
  });

  test.each(presets)('a path that is not there, a version that is not there: %s', async (like) => {
    const { sim, call } = await open({ like });
    const path = await call('GET', '/nowhere');
    expect(path.status).toBe(404);
    expect(path.headers.get('content-type')).toMatch(like === 'earth-engine' ? /html/ : /json/);
    expect(await call('GET', `${sim.url}/openeo/0.4/jobs`)).toMatchObject({
      status: like === 'vito' ? 501 : 404,
      json: { code: 'UnsupportedApiVersion' },
    });
  });

  test('a validation tells its errors with 200', async () => {
    const { call } = await open();
    expect((await call('POST', '/validation', { body: graphOf('ndvi') })).json).toEqual({ errors: [] });
    expect(await call('POST', '/validation', { body: graphOf('nothing') })).toMatchObject({
      status: 200,
      json: { errors: [{ code: 'ProcessUnsupported' }] },
    });
  });
});

describe('lists', () => {
  const idsOf = (answer: { json: Record<string, unknown> }) =>
    (answer.json.jobs as { id: string }[]).map(({ id }) => id);

  test('VITO lists all without a limit, oldest first, and pages by search_after, newest first', async () => {
    const { call, create } = await open({ like: 'vito' });
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await create());
    expect(idsOf(await call('GET', '/jobs?status=none'))).toEqual(ids);
    const paged: string[] = [];
    for (let path: string | undefined = '/jobs?limit=2'; path !== undefined; ) {
      const page = await call('GET', path);
      paged.push(...idsOf(page));
      path = (page.json.links as { rel: string; href: string }[]).find(({ rel }) => rel === 'next')?.href;
      if (path !== undefined) expect(path).toContain('search_after=');
    }
    expect(paged).toEqual(ids.toReversed());
  });

  test('Earth Engine ignores the limit, and lists in no order', async () => {
    const { call, create } = await open({ like: 'earth-engine' });
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await create());
    const listed = idsOf(await call('GET', '/jobs?limit=2'));
    expect(listed.toSorted()).toEqual(ids.toSorted());
    expect(listed).not.toEqual(ids);
  });

  test('rows have a title and no process; a member that is missing is named', async () => {
    const { call, create } = await open({ federationMissing: ['eodc'] });
    await create();
    const { json } = await call('GET', '/jobs');
    expect(json).toMatchObject({ jobs: [{ title: 'one', status: 'created' }], 'federation:missing': ['eodc'] });
    expect((json.jobs as object[])[0]).not.toHaveProperty('process');
  });

  test('a new job shows in lists, and by itself, only after the lag', async () => {
    const { call, create, look, sim } = await open({ listLagSeconds: 60, newJobLagSeconds: 60 });
    const id = await create();
    expect(idsOf(await call('GET', '/jobs'))).toEqual([]);
    expect((await look(id)).status).toBe(404);
    sim.setBehaviour({ listLagSeconds: 0, newJobLagSeconds: 0 });
    expect(idsOf(await call('GET', '/jobs'))).toEqual([id]);
    expect((await look(id)).status).toBe(200);
  });
});

describe('cancelling and deleting', () => {
  test('a queued job is created again, a running one canceled, an ended one stays', async () => {
    const { sim, create, start, status, call } = await open({ queueSeconds: 3600 });
    const id = await create();
    await start(id);
    expect((await call('DELETE', `/jobs/${id}/results`)).status).toBe(204);
    expect(await status(id)).toBe('created');
    for (const [word, after] of [
      ['running', 'canceled'],
      ['finished', 'finished'],
      ['created', 'created'],
    ]) {
      sim.setJobStatus(id, word ?? '');
      expect((await call('DELETE', `/jobs/${id}/results`)).status).toBe(204);
      expect(await status(id)).toBe(after);
    }
    expect(() => sim.setJobStatus(id, 'RUNNING')).toThrow(/no status/);
  });

  test('Earth Engine’s canceled job finishes all the same', async () => {
    const { sim, create, start, status, call } = await open({ like: 'earth-engine', jobSeconds: 2 });
    const id = await create();
    await start(id);
    await sim.waitFor(() => sim.jobCounts().running === 1, 1_000);
    await call('DELETE', `/jobs/${id}/results`);
    expect(await status(id)).toBe('canceled');
    await sim.waitFor(() => sim.jobCounts().finished === 1, 5_000);
  });

  test('a deleted job is gone, and deleting it again is answered 404', async () => {
    const { create, call } = await open();
    const id = await create();
    expect((await call('DELETE', `/jobs/${id}`)).status).toBe(204);
    expect((await call('DELETE', `/jobs/${id}`)).status).toBe(404);
    expect((await call('GET', `/jobs/${id}`)).status).toBe(404);
  });

  test.each(presets)('changing a title: %s', async (like) => {
    const { sim, create, call } = await open({ like });
    const id = await create();
    const answer = await call('PATCH', `/jobs/${id}`, { body: { title: 'two' } });
    expect(answer.status).toBe(like === 'vito' ? 501 : 204);
    expect(sim.jobs()).toMatchObject([{ name: like === 'vito' ? 'one' : 'two' }]);
  });
});

describe('results and logs', () => {
  test.each(presets)('of a job that failed: %s', async (like) => {
    const { sim, create, start, call } = await open({ like, jobSeconds: 0, failPercent: 100, failMessage: 'no tile' });
    const id = await create();
    expect(await call('GET', `/jobs/${id}/results`)).toMatchObject({ status: 400, json: { code: 'JobNotStarted' } });
    await start(id);
    await sim.waitFor(() => sim.jobCounts().error === 1, 1_000);
    const answer = await call('GET', `/jobs/${id}/results`);
    if (like === 'earth-engine')
      expect(answer).toMatchObject({ status: 424, json: { level: 'error', message: 'no tile' } });
    else expect(answer).toMatchObject({ status: 400, json: { code: 'JobNotFinished' } });
    expect((await call('GET', `/jobs/${id}/logs?level=error`)).json).toMatchObject({ logs: [{ message: 'no tile' }] });
    expect(((await call('GET', `/jobs/${id}/logs`)).json.logs as object[]).length).toBe(2);
  });

  test('in part, where VITO is asked for that', async () => {
    const { sim, create, start, call } = await open({ like: 'vito', jobSeconds: 3600 });
    const id = await create();
    await start(id);
    await sim.waitFor(() => sim.jobCounts().running === 1, 1_000);
    expect((await call('GET', `/jobs/${id}/results`)).status).toBe(400);
    expect((await call('GET', `/jobs/${id}/results?partial=true`)).json).toMatchObject({ 'openeo:status': 'running' });
  });
});

test('a limit by the minute lets so many through, and says when to come again', async () => {
  const { call } = await open({ rateLimit: { perMinute: 3, on: ['list'], retryAfterSeconds: 20 } });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await call('GET', '/jobs')).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await call('GET', '/jobs')).headers.get('retry-after')).toBe('20');
  await expect(open({ rateLimit: { on: ['list'] } })).rejects.toThrow(/perSecond or perMinute/);
});
