import { afterEach, expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});
async function startEnded(word: string, behaviour: Behaviour = {}): Promise<TestClient & { path: string }> {
  client = await startTestClient({ jobSeconds: 60, ...behaviour } as Behaviour);
  await client.launch();
  client.sim.setJobStatus(client.lastJob(), word);
  return { ...client, path: `/jobs/${client.lastJob()}/results` };
}

test.each<[string, Behaviour, object]>([
  ['by name', {}, { image: { href: expect.stringContaining('/files/image.tif'), type: 'image/tiff' }, count: 42 }],
  [
    'as a list of outputs',
    { results: 'outputs-list', transmission: 'value' },
    { outputs: [{ id: 'count', value: 42 }] },
  ],
  ['as the one output there is', { results: 'one-output' }, { id: 'count', value: 42 }],
  [
    'by reference on another host',
    { transmission: 'reference', fileHost: 'https://s3.example' },
    {
      image: { href: expect.stringMatching(/^https:\/\/s3\.example\//) },
    },
  ],
])('results %s', async (_, behaviour, expected) => {
  const { call, path } = await startEnded('successful', behaviour);
  expect((await call('GET', path)).json).toMatchObject(expected);
});

test('raw results are the bytes themselves', async () => {
  const { call, path } = await startEnded('successful', { results: 'raw' });
  const answer = await call('GET', path);
  expect(answer.headers.get('content-type')).toContain('image/tiff');
  expect(answer.text).toMatch(/^II\*/);
});

test('results of a job that has not ended are not ready', async () => {
  const { call, path } = await startEnded('running');
  expect(await call('GET', path)).toMatchObject({ status: 404, json: { title: 'ResultNotReady' } });
});

test.each<[string, Behaviour, number]>([
  ['an error', {}, 400],
  ['a job that is not there', { failedResults: 'error-404' }, 404],
  ['nothing, and all is well', { failedResults: 'empty-object' }, 200],
])('results of a failed job are %s', async (_, behaviour, status) => {
  const { call, path } = await startEnded('failed', behaviour);
  expect((await call('GET', path)).status).toBe(status);
});

test('results of pygeoapi are a page for people unless JSON is asked for', async () => {
  const { call, path } = await startEnded('successful', { preset: 'pygeoapi' });
  expect((await call('GET', path, { accept: '*/*' })).text).toContain('<html>');
  expect((await call('GET', path)).json).toEqual({ outputs: [{ id: 'count', value: 42 }] });
});

test.each([
  ['bytes=0-9', 206, 10],
  ['bytes=3990-', 206, 10],
  ['bytes=-7', 206, 7],
  ['bytes=4000-', 416, 0],
  ['chapters=1-2', 200, 4000],
])('a result by reference can be fetched in part: %s', async (range, status, length) => {
  const { call, path } = await startEnded('successful');
  const { image } = (await call('GET', path)).json as { image: { href: string } };
  const whole = await call('GET', new URL(image.href).pathname);
  const part = await call('GET', new URL(image.href).pathname, { range });
  expect(part.status).toBe(status);
  expect(part.text).toHaveLength(length);
  expect(whole.text).toContain(part.text);
});
