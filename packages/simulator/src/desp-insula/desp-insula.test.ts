import { afterEach, describe, expect, test } from 'vitest';
import type { Behaviour } from '../index.ts';
import { asBob, startTestClient, type TestClient } from './test-client.ts';

const open: TestClient[] = [];
afterEach(async () => {
  for (const { sim } of open.splice(0)) await sim.close();
});
async function start(...options: Parameters<typeof startTestClient>): Promise<TestClient> {
  const client = await startTestClient(...options);
  open.push(client);
  return client;
}
const slow = { jobSeconds: 3600 };

test('what a job costs is quoted where nothing is projected, by the hour unless there is a price', async () => {
  for (const [behaviour, costQuotation] of [
    [slow, { cost: 1, recurrence: 'HOURLY' }],
    [
      { ...slow, wallet: { balance: 5, costPerJob: 2 } },
      { cost: 2, recurrence: 'ONE_OFF' },
    ],
    [{ ...slow, wallet: { balance: 1, costPerJob: 2 } }, null],
  ] as const) {
    const { call, launch } = await start(behaviour);
    const job = await launch({ a: ['1'] });
    expect((await call('GET', `/jobs/${job}`)).json.costQuotation).toEqual(costQuotation);
    for (const projection of ['shortJob', 'detailedJob']) {
      expect((await call('GET', `/jobs/${job}?projection=${projection}`)).json).not.toHaveProperty('costQuotation');
    }
  }
});

describe('configs', () => {
  test('an equal one has the id of the first and its own label, which jobs of before show from then on', async () => {
    const { call, create, launch } = await start(slow);
    const job = await launch({ a: ['1'] }, { label: 'first' });
    const config = await create({ a: ['1'] }, { label: 'second', parent: null });
    expect(config).toBe(501);
    expect((await call('GET', `/jobs/${job}?projection=detailedJob`)).json.config).toMatchObject({
      id: 501,
      label: 'second',
    });
    expect(await create({ a: ['2'] })).toBe(502);
    const theirs = { service: 'x/20', inputs: { a: ['1'] } };
    expect((await call('POST', '/jobConfigs', { body: theirs, headers: asBob })).json.id).toBe(503);
  });

  test('who says not what they accept is answered with a Location and no body', async () => {
    const { call } = await start();
    const body = { service: 'https://any.wherespacesecure/api/v2.0/services/20', inputs: {} };
    const answer = await call('POST', '/jobConfigs/', { body, headers: { accept: undefined } });
    expect(answer).toMatchObject({ status: 201, text: '' });
    expect(answer.headers.location).toMatch(/\/secure\/api\/v2\.0\/jobConfigs\/501$/);
  });

  test.each([
    ['no JSON', 'x'],
    ['no service', { inputs: {} }],
    ['a service that is not there', { service: 'x/99', inputs: {} }],
    ['an input that is no list', { service: 'x/20', inputs: { a: '1' } }],
    ['an input that is a list of numbers', { service: 'x/20', inputs: { a: [1] } }],
  ])('is answered 400: %s', async (_, body) => {
    const { call } = await start({ services: [{ id: 20, name: 'FloodMask' }] });
    expect(await call('POST', '/jobConfigs', { body })).toMatchObject({ status: 400 });
  });

  test('can be listed and deleted, but not of the newest server', async () => {
    for (const [generation, status] of [
      [3, 200],
      [4, 405],
    ] as const) {
      const { call, create } = await start({ generation });
      const id = await create();
      expect((await call('GET', '/jobConfigs')).status).toBe(status);
      expect((await call('GET', `/jobConfigs/${id}`)).json).toMatchObject({ id, inputs: {}, label: null });
      expect((await call('DELETE', `/jobConfigs/${id}`)).status).toBe(status === 200 ? 204 : 405);
    }
  });
});

describe('jobs', () => {
  test.each<[Behaviour, string[]]>([
    [{ generation: 1 }, ['CREATED', 'PENDING', 'WAITING', 'RUNNING', 'COMPLETED']],
    [{ generation: 2 }, ['CREATED', 'RUNNING', 'COMPLETED']],
    [{ generation: 4 }, ['CREATED', 'PENDING', 'CONDITION_WAIT', 'WAITING', 'RUNNING', 'COMPLETED']],
    [{ failPercent: 100 }, ['CREATED', 'PENDING', 'WAITING', 'RUNNING', 'ERROR']],
  ])('go their way: %j', async (behaviour, words) => {
    const { sim, launch } = await start({ queueSeconds: 0.6, jobSeconds: 0.2, ...behaviour });
    await launch();
    const seen: string[] = [];
    await sim.waitFor(() => {
      const word = sim.jobs()[0]?.status ?? '';
      if (seen.at(-1) !== word) seen.push(word);
      return word === words.at(-1);
    }, 5_000);
    expect(seen).toEqual(words);
  });

  test('show label and config as far as their projection goes', async () => {
    const { sim, call, launch } = await start(slow);
    const id = await launch({ a: ['1'] }, { label: 'mine' });
    const plain = (await call('GET', `/jobs/${id}`)).json;
    expect(plain).toMatchObject({
      id,
      startTime: expect.stringMatching(/^[\d-]+T[\d:.]+$/),
      endTime: null,
      queuePosition: -1,
    });
    expect(plain).not.toHaveProperty('label');
    expect((await call('GET', '/jobs')).json._embedded.jobs[0]).toMatchObject({
      label: 'mine',
      created: expect.stringMatching(/Z$/),
    });
    expect((await call('GET', `/jobs/${id}??projection=detailedJob`)).json.config).toMatchObject({ label: 'mine' });
    sim.setBehaviour({ generation: 1 });
    const old = (await call('GET', '/jobs')).json._embedded.jobs[0];
    for (const key of ['label', 'phase', 'created', 'lastUpdated', 'serviceId']) expect(old).not.toHaveProperty(key);
  });

  test('have links to a host of their own, some of them templates', async () => {
    const { sim, call, launch } = await start(slow);
    const id = await launch();
    const { _links } = (await call('GET', `/jobs/${id}`)).json;
    expect(_links.job).toEqual({
      href: expect.stringMatching(/svc\.cluster\.local:8080\/.*\/jobs\/4101\{\?projection\}$/),
      templated: true,
    });
    expect(_links.subJobs.href).toMatch(/\/jobs\/4101\{\?projection\}\/subJobs$/);
    sim.setBehaviour({ linkHost: 'own', templatedLinks: false });
    expect((await call('GET', `/jobs/${id}`)).json._links.job).toEqual({
      href: `${sim.url}/secure/api/v2.0/jobs/4101`,
    });
  });

  test('of the newest server have a config of their own, with the label of what was launched', async () => {
    const { call, launch } = await start({ ...slow, generation: 4 });
    const id = await launch({ a: ['1'] }, { label: 'mine' });
    expect((await call('GET', `/jobs/${id}/config`)).json).toMatchObject({ id: 502, label: 'mine' });
  });

  test('are cancelled before they start only, and terminated after', async () => {
    const { sim, call, launch } = await start(slow);
    const id = await launch();
    expect(await call('GET', `/jobs/${id}/cancel`)).toMatchObject({ status: 200, text: '' });
    expect(sim.jobs()[0]?.status).toBe('RUNNING');
    expect(await call('POST', `/jobs/${id}/terminate`)).toMatchObject({ status: 204 });
    expect(sim.jobs()[0]?.status).toBe('CANCELLED');
    sim.setBehaviour({ queueSeconds: 3600 });
    const next = await launch({ a: ['2'] });
    await call('GET', `/jobs/${next}/cancel`);
    expect(sim.jobs()[1]?.status).toBe('CANCELLED');
  });

  test('that a person removed, and those of before a reset, are gone; ids are not used again', async () => {
    const { sim, call, launch } = await start(slow);
    const id = await launch();
    sim.removeJob(String(id));
    expect((await call('GET', `/jobs/${id}`)).status).toBe(404);
    expect(sim.jobCounts()).toEqual({ gone: 1 });
    sim.reset();
    expect(await launch()).toBe(4102);
  });
});

describe('results, prices and credentials', () => {
  test('a file is sent whole or in part', async () => {
    const { call, launch } = await start({ jobSeconds: 0, outputBytes: 100 });
    const id = await launch();
    const [file] = (await call('GET', `/jobs/${id}/outputFiles`)).json._embedded.platformFiles;
    expect(file).toMatchObject({ id: 410100, filename: expect.stringMatching(/^[0-9a-f-]{36}\/result\/result\.tif$/) });
    const whole = await call('GET', '/platformFiles/410100/dl');
    expect(whole.text).toHaveLength(100);
    const part = await call('GET', '/platformFiles/410100/dl', { headers: { range: 'bytes=90-' } });
    expect(part).toMatchObject({ status: 206, text: whole.text.slice(90) });
    expect(part.headers['content-range']).toBe('bytes 90-99/100');
    const beyond = await call('GET', '/platformFiles/410100/dl', { headers: { range: 'bytes=100-' } });
    expect(beyond).toMatchObject({ status: 416 });
    const found = await call('GET', `/platformFiles/search/parametricFind?job=${encodeURIComponent(`x/jobs/${id}`)}`);
    expect(found.json).toMatchObject({ page: { totalElements: 1 }, _embedded: { platformFiles: [{ id: 410100 }] } });
  });

  test('a price is told with 200 or 402, and the wallet gets emptier', async () => {
    const { call, launch } = await start({ ...slow, wallet: { balance: 5, costPerJob: 3 } });
    await launch();
    expect(await call('GET', '/estimateCost/jobConfig/501')).toMatchObject({
      status: 402,
      json: { estimatedCost: 3, currentWalletBalance: 2 },
    });
    expect((await call('GET', '/estimateCost/jobConfig/999')).status).toBe(404);
  });

  test('users log in by name and key, or with a token, which a refresh token renews once', async () => {
    const { sim, call } = await start({}, { users: [{ name: 'ada', password: 'key' }] });
    expect((await call('GET', '/users/current')).json).toMatchObject({ name: 'ada', role: 'USER' });
    expect((await call('GET', '/jobs', { headers: asBob })).json).toEqual({ status_code: 401, status: 'Unauthorized' });
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: undefined };
    const grant = (body: Record<string, string>) =>
      call('POST', new URL(sim.tokenUrl).pathname, { body: `${new URLSearchParams(body)}`, headers: form });
    const client_id = 'insula-public';
    const wrong = await grant({ grant_type: 'password', client_id, username: 'ada', password: 'no' });
    expect(wrong).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const first = await grant({ grant_type: 'password', client_id, username: 'ada', password: 'key' });
    expect(first.json).toMatchObject({ token_type: 'Bearer', expires_in: 300, refresh_expires_in: 1800 });
    const { refresh_token } = first.json;
    sim.expireTokens();
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    expect((await call('GET', '/jobs', bearer(first.json.access_token))).status).toBe(401);
    const second = await grant({ grant_type: 'refresh_token', client_id, refresh_token });
    expect((await call('GET', '/jobs', bearer(second.json.access_token))).status).toBe(200);
    expect((await grant({ grant_type: 'refresh_token', client_id, refresh_token })).status).toBe(400);
  });
});
