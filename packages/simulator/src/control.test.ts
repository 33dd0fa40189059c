import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestClient, type TestClient } from './airbus-playground/test-client.ts';

let client: TestClient;
beforeEach(async () => {
  client = await startTestClient();
});
afterEach(() => client.sim.close());

async function read(path: string) {
  return (await client.call('GET', `/_sim${path}`)).json;
}
function write(path: string, body: unknown) {
  return client.call('POST', `/_sim${path}`, { body: JSON.stringify(body) });
}

test('another process can read the truth, and is not counted itself', async () => {
  const { id } = (await client.launch({}, { correlationId: 'b-0-0.1' })).json;
  await client.launch({}, { correlationId: 'b-0-0.2' });
  expect(await read('/info')).toMatchObject({ kind: 'airbus-playground', seed: 'tests', url: client.sim.url });
  expect((await read('/launches')).launches).toMatchObject([{ jobId: id }, { correlationId: 'b-0-0.2' }]);
  expect((await read('/jobs')).jobs).toHaveLength(2);
  expect((await read('/requests?call=launch&status=201')).requests).toHaveLength(2);
  expect(await read('/counts')).toMatchObject({ any: { arrived: 2 } });
  expect(await read('/most-in-any-second?kind=launch')).toEqual({ kind: 'launch', most: 2 });
  expect((await read('/launched-twice')).launchedTwice).toMatchObject([{ key: 'b-0-0' }]);
  expect((await read('/launched-twice?by=payload')).launchedTwice).toHaveLength(1);
});

test('another process can replace the script and the behaviour', async () => {
  expect((await write('/faults', [{ on: 'launch', do: 'reply', status: 500 }])).status).toBe(200);
  expect((await client.launch()).status).toBe(500);
  expect((await write('/faults', { faults: [] })).status).toBe(200);
  expect((await write('/behaviour', { launchStatus: 202 })).status).toBe(200);
  expect((await client.launch()).status).toBe(202);
});

test('a bad script is refused with its place, and the one before goes on', async () => {
  await write('/faults', [{ on: 'launch', do: 'reply', status: 500 }]);
  const answer = await write('/faults', [{ on: 'launch', do: 'reply', status: 'x' }]);
  expect(answer).toMatchObject({ status: 400, json: { message: expect.stringContaining('[0].status') } });
  expect((await client.launch()).status).toBe(500);
});

test('another process can change and remove jobs, and begin anew', async () => {
  const { id } = (await client.launch()).json;
  await write('/job-status', { jobId: id, status: 'PAUSED' });
  expect(await read('/job-counts')).toEqual({ PAUSED: 1 });
  expect((await write('/job-status', { jobId: id, status: 'ASLEEP' })).status).toBe(400);
  await write('/remove-job', { jobId: id });
  expect((await client.look(id)).status).toBe(404);
  await write('/reset', {});
  expect(await read('/job-counts')).toEqual({});
  expect(await read('/counts')).toMatchObject({ any: { arrived: 0 } });
  expect((await client.launch()).json.id).not.toBe(id);
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === 'IPv4' && !each.internal)?.address;

test.runIf(outside)('another machine is not let in, though the platform answers it', async () => {
  const { sim } = await startTestClient({ host: '0.0.0.0' });
  expect(sim.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect((await fetch(`${sim.url}/_sim/counts`)).status).toBe(200);
  const fromOutside = `http://${outside}:${sim.port}`;
  expect((await fetch(`${fromOutside}/_sim/counts`)).status).toBe(403);
  expect((await fetch(`${fromOutside}/_sim/faults`, { method: 'POST', body: '[]' })).status).toBe(403);
  expect((await fetch(`${fromOutside}/api/v1/jobs`)).status).toBe(401);
  await sim.close();
});
