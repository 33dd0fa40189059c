import { afterEach, expect, test } from 'vitest';
import type { SimulatorOptions } from '../simulator.ts';
import { startTestClient, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.sim.close();
  client = undefined;
});

/** A job, and the path of its records. */
async function started(options: Partial<SimulatorOptions> = {}) {
  client = await startTestClient(options);
  const { json } = await client.launch();
  const { pathname, search } = new URL(json._links.recordsAsGeojson?.href ?? '');
  return { ...client, id: json.id, records: `${pathname}${search}` };
}

test('the records of a job are GeoJSON, and the same each time', async () => {
  const { call, records, sim } = await started();
  const answer = await call('GET', records);
  expect(answer.headers.get('content-type')).toContain('application/geo+json');
  expect(answer.json).toMatchObject({ type: 'FeatureCollection', features: { length: 5 } });
  expect((await call('GET', records)).text).toBe(answer.text);
  expect(sim.counts().results.arrived).toBe(2);
});

test('a part is given as asked, unless the tag says that it is of another content', async () => {
  const { call, records } = await started();
  const whole = await call('GET', records);
  const etag = whole.headers.get('etag') ?? '';
  const part = await call('GET', records, { headers: { range: 'bytes=100-', 'if-range': etag } });
  expect([part.status, part.headers.get('content-range')]).toEqual([
    206,
    `bytes 100-${whole.text.length - 1}/${whole.text.length}`,
  ]);
  expect(part.text).toBe(whole.text.slice(100));
  expect((await call('GET', records, { headers: { range: 'bytes=100-', 'if-range': '"other"' } })).status).toBe(200);
  expect((await call('GET', records, { headers: { range: 'bytes=99999-' } })).status).toBe(416);
});

test('a platform without parts ignores that one was asked for', async () => {
  const { call, records } = await started({ behaviour: { recordsInParts: false } });
  const answer = await call('GET', records, { headers: { range: 'bytes=100-' } });
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, null]);
});

test('there are none of a job that is gone, of another project, or without credentials', async () => {
  const { call, records, sim, id } = await started();
  expect((await call('GET', records.replace('project-1', 'project-2'))).status).toBe(404);
  expect((await call('GET', records, { headers: { authorization: 'Bearer other' } })).status).toBe(401);
  sim.removeJob(id);
  expect((await call('GET', records)).status).toBe(404);
});
