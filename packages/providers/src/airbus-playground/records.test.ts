import type { ResultLink } from '@nightpass/core';
import { startSimulator } from '@nightpass/simulator';
import { describe, expect, test } from 'vitest';
import { baseOf } from '../http/paths.ts';
import { createProvider } from '../provider-kinds.ts';
import { freely } from '../test-call.ts';
import { recordsOf } from './records.ts';
import { readJob } from './replies.ts';
import { sampleLaunch } from './sample.ts';

const address = '/api/v1/processes/p-1/jobs/j-1?projectId=prj-1';
const hrefOf = (href: unknown, { base = 'https://api.example', status = 'SUCCEEDED' } = {}) => {
  const job = readJob({ id: 'j-1', status: { status }, _links: { recordsAsGeojson: { href } } });
  return job && recordsOf(baseOf(base), job, address)?.[0]?.href;
};
const records = '/api/v1/records/d-1/export?projectId=prj-1&type=geojson&jobId=j-1';

describe('the records of a job', () => {
  test('are read at the configured origin, whatever host the link names', () => {
    expect(hrefOf(`https://gateway.example${records}`)).toBe(records);
    expect(hrefOf(records)).toBe(records);
    expect(hrefOf(`https://gateway.example${records}`, { base: 'https://api.example/proxy/' })).toBe(
      `/proxy${records}`,
    );
    expect(hrefOf(`https://gateway.example/proxy${records}`, { base: 'https://api.example/proxy' })).toBe(
      `/proxy${records}`,
    );
  });

  test('name their project, once', () => {
    expect(hrefOf('/api/v1/records/d-1/export?type=geojson')).toBe(
      '/api/v1/records/d-1/export?type=geojson&projectId=prj-1',
    );
    expect(hrefOf('/api/v1/records/d-1/export?projectId=other')).toBe('/api/v1/records/d-1/export?projectId=other');
  });

  test.each<[string, unknown]>([
    ['no text', { a: 1 }],
    ['nothing', undefined],
    ['another scheme', 'javascript:/api/v1/records/alert(1)'],
    ['a path that climbs', '/api/v1/records/../../admin'],
    ['an encoded climb', '/api/v1/records/%2e%2e/admin'],
    ['another prefix', 'https://gateway.example/elsewhere/api/v1/records/d-1/export'],
    ['no path of the API', 'https://gateway.example/login'],
    ['no host', '//gateway.example//api/v1//records'],
    ['control characters', `${records}\r\nx: y`],
    ['a long one', `/api/v1/records/${'x'.repeat(5_000)}`],
  ])('are not read where the link is %s', (_, href) => {
    expect(hrefOf(href)).toBeUndefined();
  });

  test('are offered by a job that has succeeded, and by no other', () => {
    for (const status of ['RUNNING', 'FAILED', 'CANCELLED', 'UNKNOWN', '']) {
      expect(hrefOf(records, { status })).toBeUndefined();
    }
  });
});

test('a look at the end says where they are, and there they are read', async () => {
  const simulator = await startSimulator({ kind: 'airbus-playground', tokens: ['planted-token'] });
  const config = { kind: 'airbus-playground', baseUrl: simulator.url, auth: { kind: 'bearer', tokenEnv: 'T' } };
  const provider = createProvider('airbus', config, () => 'planted-token');
  const answer = await provider.launch(sampleLaunch(), freely);
  if (answer.kind !== 'launched') throw new Error(answer.kind);
  simulator.setJobStatus(answer.job.id, 'SUCCEEDED');
  const look = await provider.look(answer.job, freely);
  const links = look.kind === 'seen' ? (look.state.results ?? []) : [];
  expect(links).toMatchObject([{ name: 'records.geojson', type: 'application/geo+json' }]);
  const opened = await provider.open?.(links[0] as ResultLink, 0, freely);
  if (opened?.kind !== 'open') throw new Error(JSON.stringify(opened));
  let text = '';
  for await (const chunk of opened.body) text += Buffer.from(chunk).toString();
  expect(JSON.parse(text)).toMatchObject({ type: 'FeatureCollection', features: { length: 5 } });
  expect(opened.sizeBytes).toBe(text.length);
  simulator.removeJob(answer.job.id);
  expect(await provider.open?.(links[0] as ResultLink, 0, freely)).toMatchObject({ kind: 'gone' });
  await Promise.all([provider.close(), simulator.close()]);
});
