import { expect, test } from 'vitest';
import { createProvider, parseProviderConfig } from '../provider-kinds.ts';
import { createdJob, idOf, placeOf, startedJob } from './address.ts';
import type { Api } from './discovery.ts';
import { titleOf } from './payload.ts';
import { sampleLaunch } from './sample.ts';

const least = { kind: 'openeo', baseUrl: 'https://openeo.example', auth: { kind: 'none' } };

test('the least config has the defaults of its kind', () => {
  expect(parseProviderConfig('cdse', least)).toMatchObject({ statusLagSeconds: 60, onUnconfirmed: 'park' });
});

test.each<[string, object, RegExp]>([
  ['a key nobody knows', { jobOption: {} }, /jobOption/],
  ['an API key', { auth: { kind: 'api-key', keyEnv: 'K' } }, /"api-key" is not available for openeo/],
  ['no place of the password', { auth: { kind: 'basic', usernameEnv: 'U' } }, /exactly one of passwordEnv/],
  ['two places of the token', { auth: { kind: 'bearer', tokenEnv: 'T', tokenFile: 't' } }, /exactly one of tokenEnv/],
  ['no issuer', { auth: { kind: 'oidc', clientId: 'c', clientSecretEnv: 'S' } }, /issuer/],
  ['an API of long ago', { apiVersion: '0.4' }, /apiVersion/],
  ['an address with a query', { baseUrl: 'https://x.example/?a=b' }, /no user, password/],
  ['a provider id that is a path', { oidcProvider: 'a/b' }, /oidcProvider/],
])('a config is refused: %s', (_, change, message) => {
  expect(() => createProvider('cdse', { ...least, ...change }, () => 'secret-value')).toThrow(message);
});

const api = { prefix: '/openeo/1.2' } as Api;
const base = { origin: 'https://openeo.example', prefix: '' };

test.each<[Record<string, string>, string | undefined]>([
  [{ 'openeo-identifier': 'j-1' }, 'j-1'],
  [{ 'openeo-identifier': ' cdse-j-2.a~b ' }, 'cdse-j-2.a~b'],
  [{ 'openeo-identifier': 'a/b', location: '/openeo/1.2/jobs/j-1' }, undefined],
  [{ 'openeo-identifier': '..' }, undefined],
  [{ location: 'https://openeo.example/openeo/1.2/jobs/j-1' }, 'j-1'],
  [{ location: 'http://inside.example:8080/openeo/1.2/jobs/j-1' }, 'j-1'],
  [{ location: '/openeo/1.2/jobs/j-1?x#y' }, 'j-1'],
  [{ location: '/openeo/1.2/jobs/../../admin' }, undefined],
  [{ location: '/openeo/1.2/jobs/j-1/results' }, undefined],
  [{ location: '/elsewhere/jobs/j-1' }, undefined],
  [{ location: 'javascript:alert(1)' }, undefined],
  [{}, undefined],
])('which job was created: %j', (headers, id) => {
  expect(createdJob(headers, base, api)).toBe(id);
});

test('the address of a job leads back to it, and to no other', () => {
  const job = startedJob('j-1', api, 1_700_000_000_000);
  expect(placeOf(job)).toEqual({ path: '/jobs/j-1', startedAtMs: 1_700_000_000_000 });
  expect(placeOf({ ...job, id: 'j-2' })).toBeUndefined();
  expect(placeOf({ id: 'j-1', address: '/openeo/1.2/jobs/j-1' })).toEqual({
    path: '/jobs/j-1',
    startedAtMs: undefined,
  });
  for (const address of ['//host/jobs/j-1', 'https://host/jobs/j-1', '/jobs', '/openeo/1.2/jobs/j-1/results', '']) {
    expect(placeOf({ id: 'j-1', address })).toBeUndefined();
  }
  for (const id of ['', '.', '..', 'a b', 'a/b', 'é', 'x'.repeat(201), 'a?b', 'a#b', 'a%2fb'])
    expect(idOf(id)).toBeUndefined();
});

test('a title is short, readable, and ends in the launch key', () => {
  const request = sampleLaunch();
  request.task.zone.location = '🛰'.repeat(300);
  request.task.process.name = 'n'.repeat(300);
  expect(titleOf(request)).toBe(`${'🛰'.repeat(40)} - ${'n'.repeat(60)} [k0x1]`);
});
