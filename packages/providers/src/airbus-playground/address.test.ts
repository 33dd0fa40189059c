import { describe, expect, test } from 'vitest';
import { baseOf } from '../http/paths.ts';
import { addressHere, type JobTraces, jobFrom, jobsPath } from './address.ts';

const base = baseOf('https://api.example');
const prefixed = baseOf('https://proxy.example/airbus/');
const launched = { processId: 'p-1', projectId: 'prj 1' };
const nothing: JobTraces = { id: undefined, processId: undefined, selfLink: undefined, location: undefined };
const own = '/api/v1/processes/p-1/jobs/j-1';
const found = (traces: Partial<JobTraces>, at = base) => jobFrom(at, { ...nothing, ...traces }, launched);

describe('the address of a job', () => {
  test.each<[string, Partial<JobTraces>, string, string]>([
    [
      'a link to another host loses the host',
      { selfLink: `https://gw.example${own}?projectId=x` },
      'self-link',
      `${own}?projectId=x`,
    ],
    ['a relative link', { selfLink: `${own}?projectId=x` }, 'self-link', `${own}?projectId=x`],
    ['projectId is added', { selfLink: `https://gw.example${own}` }, 'self-link', `${own}?projectId=prj+1`],
    ['projectId is filled', { selfLink: `${own}?projectId=` }, 'self-link', `${own}?projectId=prj+1`],
    ['projectId is there once', { selfLink: `${own}?projectId=a&projectId=b` }, 'self-link', `${own}?projectId=a`],
    ['the rest of the query is kept', { selfLink: `${own}?a=1&projectId=x#f` }, 'self-link', `${own}?a=1&projectId=x`],
    [
      'a later version of the API',
      { selfLink: '/api/v2/processes/p-1/jobs/j-1' },
      'self-link',
      '/api/v2/processes/p-1/jobs/j-1?projectId=prj+1',
    ],
    ['no link, but a Location', { location: `http://gw.example${own}/` }, 'location', `${own}?projectId=prj+1`],
    ['an id only', { id: 'j-1' }, 'id', `${own}?projectId=prj+1`],
    [
      'an id is encoded',
      { id: 'a/b?c#d é' },
      'id',
      '/api/v1/processes/p-1/jobs/a%2Fb%3Fc%23d%20%C3%A9?projectId=prj+1',
    ],
    [
      'a link for another id than the one given',
      { id: 'j-2', selfLink: own },
      'id',
      '/api/v1/processes/p-1/jobs/j-2?projectId=prj+1',
    ],
    [
      'a link to a process that the reply names',
      { processId: 'p-2', selfLink: '/api/v1/processes/p-2/jobs/j-1' },
      'self-link',
      '/api/v1/processes/p-2/jobs/j-1?projectId=prj+1',
    ],
    [
      'a bad link, a good Location',
      { selfLink: 'javascript:alert(1)', location: own },
      'location',
      `${own}?projectId=prj+1`,
    ],
    ['a bad id, a good link', { id: '../x', selfLink: own }, 'self-link', `${own}?projectId=prj+1`],
  ])('%s', (_, traces, by, address) => {
    expect(found(traces)).toMatchObject({ by, job: { address } });
  });

  test.each([
    '/api/v1/processes/p-1/jobs/../../../admin',
    '/api/v1/../v1/processes/p-1/jobs/j-1',
    '/api/v1/processes/p-1/jobs/%2e%2e',
    '/api/v1/processes/p-1/jobs/..%2f..%2fadmin',
    '/api/v1/processes/p-1/jobs/a%5c..%5cb',
    '/api/v1/processes/p-1/jobs/',
    '/api/v1/processes/p-1/jobs/j-1/tasks',
    '/api/v1/processes/p-9/jobs/j-1',
    '/elsewhere/api/v1/processes/p-1/jobs/j-1',
    '/api/jobs/j-1',
    '/api/v1/processes/p-1/jobs/j%00',
    '/api/v1/processes/p-1/jobs/%ff',
    '/api/v1/processes/p-1/jobs/j 1',
    'javascript:alert(1)',
    'file:///api/v1/processes/p-1/jobs/j-1',
    'https://[bad/api/v1/processes/p-1/jobs/j-1',
    `/api/v1/processes/p-1/jobs/${'j'.repeat(2000)}`,
    '',
  ])('a link that is no address of a job: %s', (selfLink) => {
    expect(found({ selfLink })).toBeUndefined();
    expect(found({ selfLink, id: 'j-1' })).toMatchObject({ by: 'id', job: { id: 'j-1' } });
  });

  test.each(['..', '.', '../x', 'a/../b', 'a\\..\\b', '%2e%2e', '', '  ', 'a\nb', '\ud800', 'j'.repeat(201)])(
    'an id that fits in no path: %j',
    (id) => expect(found({ id })).toBeUndefined(),
  );

  test('a path prefix of the base is put before every path, once', () => {
    const path = '/airbus/api/v1/processes/p-1/jobs/j-1?projectId=prj+1';
    expect(found({ selfLink: own }, prefixed)?.job.address).toBe(path);
    expect(found({ selfLink: `/airbus${own}` }, prefixed)?.job.address).toBe(path);
    expect(found({ id: 'j-1' }, prefixed)?.job.address).toBe(path);
    expect(jobsPath(prefixed, 'p/1')).toBe('/airbus/api/v1/processes/p%2F1/jobs');
    expect(jobsPath(base, '..')).toBeUndefined();
  });

  test('only what is an address of a job is called again', () => {
    expect(addressHere(base, `${own}?projectId=x`)).toBe(`${own}?projectId=x`);
    for (const bad of ['https://evil.example/', `https://evil.example${own}`, `//evil.example${own}`, '/admin', '']) {
      expect(addressHere(base, bad)).toBeUndefined();
    }
  });
});
