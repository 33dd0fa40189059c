import { afterEach, expect, test } from 'vitest';
import { startTestClient, type TestClient } from './airbus-playground/test-client.ts';
import type { FaultRule } from './fault-script.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function start(...faults: FaultRule[]): Promise<TestClient> {
  client = await startTestClient({ faults });
  return client;
}

test('"reply" answers as scripted, and nothing takes effect', async () => {
  const { launch, sim } = await start({
    on: 'launch',
    do: 'reply',
    status: 503,
    body: { message: 'later' },
    headers: { 'x-note': 'n' },
    retryAfterSeconds: 2,
    when: { times: 1 },
  });
  const answer = await launch();
  expect(answer).toMatchObject({ status: 503, json: { message: 'later' } });
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(answer.headers.get('x-note')).toBe('n');
  expect(sim.jobs()).toEqual([]);
  expect(sim.launches()).toMatchObject([{ status: 503, fault: 'reply', tookEffect: false }]);
  expect((await launch()).status).toBe(201);
});

test('"reply" may say when to come back as a date', async () => {
  const { launch } = await start({
    on: 'launch',
    do: 'reply',
    status: 429,
    retryAfterSeconds: 90,
    retryAfterAs: 'http-date',
  });
  const header = (await launch()).headers.get('retry-after') ?? '';
  expect(header).toMatch(/ GMT$/);
  const inMs = Date.parse(header) - Date.now();
  expect(inMs).toBeGreaterThan(88_000);
  expect(inMs).toBeLessThanOrEqual(91_000);
});

test('"reply-after-accept" makes the job, then answers as scripted', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'reply-after-accept', status: 502, html: '<h1>502</h1>' });
  const answer = await launch({}, { correlationId: 'b-0-0.1' });
  expect(answer).toMatchObject({ status: 502, text: '<h1>502</h1>' });
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(sim.launches()).toMatchObject([{ status: 502, tookEffect: true, jobId: sim.jobs()[0]?.id }]);
});

test.each([
  ['drop', 0],
  ['drop-after-accept', 1],
] as const)('"%s" closes the connection; jobs made: %i', async (what, jobs) => {
  const { launch, sim } = await start({ on: 'launch', do: what });
  await expect(launch()).rejects.toThrow('fetch failed');
  expect(sim.jobs()).toHaveLength(jobs);
  expect(sim.launches()).toMatchObject([{ status: 0, tookEffect: jobs === 1 }]);
});

test('"truncate" answers half a JSON as if it were whole', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'truncate' });
  const answer = await launch();
  expect(answer.status).toBe(201);
  expect(answer.text).toMatch(/^\{"id":/);
  expect(answer.json).toBeUndefined();
  expect(sim.jobs()).toHaveLength(1);
});

test('"cut" closes the connection amid the body', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'cut' });
  await expect(launch()).rejects.toThrow('terminated');
  expect(sim.jobs()).toHaveLength(1);
});

test('"html" is a page of the gateway, before or after the effect', async () => {
  const { launch, sim } = await start(
    { on: 'launch', do: 'html', when: { times: 1 } },
    { on: 'launch', do: 'html', status: 200, effect: 'taken' },
  );
  expect(await launch()).toMatchObject({ status: 502, text: expect.stringContaining('<h1>502') });
  expect(sim.jobs()).toHaveLength(0);
  expect(await launch()).toMatchObject({ status: 200, json: undefined });
  expect(sim.jobs()).toHaveLength(1);
});

test('"empty" has no body, and its own status unless scripted', async () => {
  const { launch, sim } = await start(
    { on: 'launch', do: 'empty', when: { times: 1 } },
    { on: 'launch', do: 'empty', status: 500, effect: 'none' },
  );
  expect(await launch()).toMatchObject({ status: 201, text: '' });
  expect(await launch()).toMatchObject({ status: 500, text: '' });
  expect(sim.jobs()).toHaveLength(1);
});

test('"stall" takes effect at once and answers late', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'stall', ms: 5000 });
  const client = new AbortController();
  const answer = launch({}, { signal: client.signal });
  await sim.waitFor(() => sim.jobs().length === 1, 2000);
  client.abort();
  await expect(answer).rejects.toThrow(/abort/);
  expect(sim.launches()).toMatchObject([{ tookEffect: true, status: undefined }]);
});

test('"late-effect" takes effect after the client has given up', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'late-effect', ms: 300 });
  const client = new AbortController();
  const answer = launch({}, { signal: client.signal });
  await sim.waitFor(() => sim.launches()[0]?.fault === 'late-effect', 2000);
  client.abort();
  await expect(answer).rejects.toThrow(/abort/);
  expect(sim.jobs()).toHaveLength(0);
  await sim.waitFor(() => sim.jobs().length === 1, 2000);
  await sim.waitFor(() => sim.launches()[0]?.status === 0, 2000);
});

test('"hang" never answers, and closes the connection in the end', async () => {
  const { launch, sim } = await start({ on: 'launch', do: 'hang', ms: 100 });
  await expect(launch()).rejects.toThrow('fetch failed');
  expect(sim.jobs()).toHaveLength(0);
});

test('"slow" lets the body trickle', async () => {
  const { launch } = await start({ on: 'launch', do: 'slow', ms: 300 });
  const startedMs = performance.now();
  expect((await launch()).json.processId).toBe('process-1');
  expect(performance.now() - startedMs).toBeGreaterThan(250);
});

test('"huge" answers a body of the size asked for', async () => {
  const { launch } = await start({ on: 'launch', do: 'huge', bytes: 3_000_000 });
  expect((await launch()).text.length).toBeGreaterThan(3_000_000);
});

test('"alter" changes single values of the true answer', async () => {
  const { launch, look } = await start({
    on: 'look',
    do: 'alter',
    set: {
      'status.status': 'SLEEPING',
      id: '../../else',
      '_links.self.href': 'https://elsewhere.example/x',
      'nbTasksPerStatus.0.count': -1,
    },
    remove: ['processId', 'status.progress'],
  });
  const { id } = (await launch()).json;
  const { json } = await look(id);
  expect(json).toMatchObject({ id: '../../else', _links: { self: { href: 'https://elsewhere.example/x' } } });
  expect(json.status).toEqual({ status: 'SLEEPING' });
  expect(json).not.toHaveProperty('processId');
});

test('"expire-tokens" ends every token before the call', async () => {
  const { sim, call } = await start({ on: 'list', do: 'expire-tokens', when: { times: 1 } });
  const body = new URLSearchParams({ apikey: 'k', grant_type: 'api_key', client_id: 'IDP' });
  const { access_token } = (await (await fetch(sim.tokenUrl, { method: 'POST', body })).json()) as {
    access_token: string;
  };
  const headers = { authorization: `Bearer ${access_token}` };
  expect((await call('GET', '/api/v1/processes?projectId=p', { headers })).status).toBe(200);
  expect((await call('GET', '/api/v1/jobs?projectId=p', { headers })).json.message).toBe('Token expired');
  expect((await call('GET', '/api/v1/processes?projectId=p', { headers })).status).toBe(401);
});
