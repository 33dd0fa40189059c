import { afterEach, expect, test } from 'vitest';
import { startTestClient, type TestClient } from './airbus-playground/test-client.ts';
import { readSimulatorScript } from './script.ts';
import { type SimulatorOptions, startSimulator } from './simulator.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function start(options?: Partial<SimulatorOptions>): Promise<TestClient> {
  client = await startTestClient(options);
  return client;
}

test('launches beyond the rate limit are answered 429, with Retry-After in seconds', async () => {
  const { launch, sim } = await start({ behaviour: { rateLimit: { perSecond: 3, retryAfterSeconds: 1.2 } } });
  const answers = await Promise.all(Array.from({ length: 5 }, () => launch()));
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 201, 429, 429]);
  expect(answers.find((answer) => answer.status === 429)?.headers.get('retry-after')).toBe('2');
  expect(sim.jobs()).toHaveLength(3);
  expect(sim.counts().launch).toEqual({ arrived: 5, tookEffect: 3, byStatus: { 201: 3, 429: 2 }, byFault: {} });
});

test('Retry-After may be a date, or missing', async () => {
  const { launch, sim } = await start({
    behaviour: { rateLimit: { perSecond: 1, retryAfter: 'http-date', retryAfterSeconds: 30 } },
  });
  await launch();
  const dated = (await launch()).headers.get('retry-after') ?? '';
  expect(new Date(Date.parse(dated)).toUTCString()).toBe(dated);
  expect(Date.parse(dated) - Date.now()).toBeGreaterThan(28_000);
  sim.setBehaviour({ rateLimit: { perSecond: 1, retryAfter: 'none' } });
  expect((await launch()).headers.has('retry-after')).toBe(false);
});

test('a rate limit can hold for reads too', async () => {
  const { list } = await start({ behaviour: { rateLimit: { perSecond: 1, on: ['list'] } } });
  expect([(await list()).status, (await list()).status]).toEqual([200, 429]);
});

test('every request is on record, with what came of it', async () => {
  const { launch, look, list, call, sim } = await start();
  const { id } = (await launch({}, { correlationId: 'b-1-2.1' })).json;
  await look(id);
  await list();
  await call('PUT', '/api/v1/nothing');
  expect(sim.requests()).toMatchObject([
    { n: 1, call: 'launch', correlationId: 'b-1-2.1', status: 201, tookEffect: true, jobId: id },
    { n: 2, call: 'look', status: 200, tookEffect: false, jobId: id },
    { n: 3, call: 'list', status: 200 },
    { n: 4, call: 'other', method: 'PUT', path: '/api/v1/nothing', status: 404 },
  ]);
  expect(sim.requests({ call: 'look' })).toHaveLength(1);
  expect(sim.counts().any).toMatchObject({ arrived: 4, tookEffect: 1, byStatus: { 200: 2, 201: 1, 404: 1 } });
  expect(sim.mostInAnySecond('launch')).toBe(1);
});

test('work launched twice is told by task and by payload', async () => {
  const { launch, sim } = await start();
  await launch({ name: 'a' }, { correlationId: 'b-0-0.1' });
  await launch({ name: 'a' }, { correlationId: 'b-0-0.2' });
  await launch({ name: 'c' }, { correlationId: 'b-0-1.1' });
  await launch({ name: 'd' });
  await launch({ name: 'd' });
  expect(sim.launchedTwice()).toMatchObject([{ key: 'b-0-0', jobs: [{ name: 'a' }, { name: 'a' }] }]);
  expect(sim.launchedTwice('payload').map((each) => each.jobs.length)).toEqual([2, 2]);
});

test('the same seed gives the same jobs the same fate, in whatever order they come', async () => {
  const fates = async (names: string[]) => {
    const { launch, sim } = await startTestClient({ behaviour: { jobSeconds: 0, failPercent: 50 } });
    for (const name of names) await launch({ name });
    await sim.waitFor(() => sim.jobCounts().ACCEPTED === undefined, 1000);
    const ended = Object.fromEntries(sim.jobs().map((job) => [job.name, job.status]));
    await sim.close();
    return ended;
  };
  const names = Array.from({ length: 20 }, (_, n) => `job ${n}`);
  const there = await fates(names);
  expect(new Set(Object.values(there))).toEqual(new Set(['FAILED', 'SUCCEEDED']));
  expect(await fates(names.toReversed())).toEqual(there);
});

test('latency passes half before the effect and half after', async () => {
  const { launch, sim } = await start({ behaviour: { latencyMs: 400 } });
  const answer = launch();
  await sim.waitFor(() => sim.counts().launch.arrived === 1, 1000);
  expect(sim.jobs()).toHaveLength(0);
  await sim.waitFor(() => sim.jobs().length === 1, 1000);
  expect(sim.launches()[0]?.status).toBeUndefined();
  expect((await answer).status).toBe(201);
});

test('offline, connecting is refused; back online, nothing was forgotten', async () => {
  const { launch, look, sim } = await start();
  const { id } = (await launch()).json;
  await sim.goOffline();
  await expect(look(id)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await sim.comeOnline();
  expect((await look(id)).status).toBe(200);
});

test('it closes at once, offline too, and while an answer is stalled', async () => {
  const { launch, sim } = await startTestClient({ faults: [{ on: 'launch', do: 'stall', ms: 60_000 }] });
  const stalled = launch().catch(() => 'dropped');
  await sim.waitFor(() => sim.jobs().length === 1, 1000);
  await sim.close();
  expect(await stalled).toBe('dropped');
  const other = await startSimulator({ kind: 'airbus-playground' });
  await other.goOffline();
  await other.close();
});

test('waiting ends with what the predicate gives, or says what was counted', async () => {
  const { launch, sim } = await start();
  const first = sim.waitFor(() => sim.launches().at(0)?.name, 2000);
  await launch({ name: 'a' });
  expect(await first).toBe('a');
  await expect(sim.waitFor(() => false, 30)).rejects.toThrow(/not true within 30 ms; counts: .*"arrived":1/);
});

test('a bad behaviour or script is refused with its place', async () => {
  await expect(startSimulator({ kind: 'airbus-playground', behaviour: { failPercent: 200 } })).rejects.toThrow(
    /failPercent/,
  );
  const { sim } = await start();
  expect(() => sim.setBehaviour({ jobSeconds: [5, 1] })).toThrow(/jobSeconds/);
  expect(() => readSimulatorScript('airbus-playground', '{')).toThrow(/no JSON/);
  expect(() =>
    readSimulatorScript('airbus-playground', '{"faults":[{"on":"launch","do":"drop","when":{"percent":101}}]}'),
  ).toThrow(/faults\[0\]\.when\.percent/);
  expect(readSimulatorScript('airbus-playground', '{"behaviour":{"jobSeconds":[1,3]}}').behaviour).toMatchObject({
    jobSeconds: [1, 3],
  });
});
