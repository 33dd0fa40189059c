import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { startTestClient, type TestClient } from './test-client.ts';

const clients: TestClient[] = [];
afterEach(async () => {
  for (const { sim } of clients.splice(0)) await sim.close();
});
const users = [{ name: 'ada', password: 'word' }];
async function open(behaviour: Parameters<typeof startTestClient>[0] = {}): Promise<TestClient> {
  const client = await startTestClient(behaviour, { users });
  clients.push(client);
  return client;
}
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function ask({ sim }: TestClient, form: Record<string, string>, path = '/issuer/token') {
  const answer = await fetch(`${sim.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  return (await answer.json()) as Record<string, string>;
}

test('discovery needs no login, and says where everything is', async () => {
  const { sim, call } = await open({ like: 'vito' });
  const none = { headers: { authorization: '' } };
  const wellKnown = await call('GET', `${sim.url}/.well-known/openeo`, none);
  expect(wellKnown.json.versions).toContainEqual({
    url: `${sim.url}/openeo/1.3.0/`,
    api_version: '1.3.0',
    production: false,
  });
  expect((await call('GET', '/', none)).json).toMatchObject({
    api_version: '1.2.0',
    conformsTo: ['https://api.openeo.org/1.2.0'],
    endpoints: expect.arrayContaining([{ path: '/validation', methods: ['POST'] }]),
  });
  expect((await call('GET', '/conformance', none)).json).toMatchObject({ conformsTo: [expect.any(String)] });
  expect((await call('GET', '/processes', none)).json.processes).toContainEqual(
    expect.objectContaining({ id: 'ndvi' }),
  );
});

test('a name and a password give a token, good with basic// before it', async () => {
  const { call } = await open();
  expect((await call('GET', '/credentials/basic', { headers: basic('ada', 'wrong') })).json.code).toBe(
    'CredentialsInvalid',
  );
  const { json } = await call('GET', '/credentials/basic', { headers: basic('ada', 'word') });
  const token = String(json.access_token);
  expect((await call('GET', '/me', bearer(`basic//${token}`))).status).toBe(200);
  for (const wrong of [token, `oidc/simulated/${token}`, `basic/x/${token}`]) {
    expect((await call('GET', '/me', bearer(wrong))).json.code).toBe('TokenInvalid');
  }
  expect((await call('GET', '/jobs', { headers: basic('ada', 'word') })).json.code).toBe('AuthenticationSchemeInvalid');
  expect(await call('GET', '/jobs', { headers: { authorization: '' } })).toMatchObject({
    status: 401,
    json: { code: 'AuthenticationRequired' },
  });
});

test.each([
  [{ like: 'vito' }, 403, 'TokenInvalid'],
  [{ like: 'earth-engine' }, 500, 'Internal'],
  [{ badToken: 401 }, 401, 'AuthenticationRequired'],
] as const)('a token that has ended is refused: %j', async (behaviour, status, code) => {
  const { sim, call } = await open(behaviour);
  const { json } = await call('GET', '/credentials/basic', { headers: basic('ada', 'word') });
  const token = `basic//${json.access_token}`;
  expect((await call('GET', '/jobs', bearer(token))).status).toBe(200);
  sim.expireTokens();
  expect(await call('GET', '/jobs', bearer(token))).toMatchObject({ status, json: { code } });
});

test('with the 1.3 class for JWT, tokens are taken bare; with both forms, either', async () => {
  for (const [tokenForm, prefixed] of [
    ['bare', 403],
    ['both', 200],
  ] as const) {
    const { call } = await open({ tokenForm });
    expect((await call('GET', '/')).json.conformsTo).toContain('https://api.openeo.org/1.3.0/authentication/jwt');
    expect((await call('GET', '/me', bearer('static'))).status).toBe(200);
    expect((await call('GET', '/me', bearer('basic//static'))).status).toBe(prefixed);
  }
});

test('an issuer gives tokens to a client, to a person, and for a refresh token; its id token opens nothing', async () => {
  const client = await open({ newRefreshToken: true });
  const { sim, call } = client;
  const { providers } = (await call('GET', '/credentials/oidc')).json as {
    providers: { id: string; issuer: string }[];
  };
  expect(providers).toContainEqual(expect.objectContaining({ id: 'simulated', issuer: `${sim.url}/issuer` }));
  const configuration = await (await fetch(`${sim.url}/issuer/.well-known/openid-configuration`)).json();
  expect(configuration).toMatchObject({ token_endpoint: sim.tokenUrl });

  const ofClient = await ask(client, { grant_type: 'client_credentials', client_id: 'ada', client_secret: 'word' });
  const ofPerson = await ask(client, { grant_type: 'password', client_id: 'any', username: 'ada', password: 'word' });
  const refresh = { grant_type: 'refresh_token', client_id: 'any', refresh_token: ofPerson.refresh_token ?? '' };
  const renewed = await ask(client, refresh);
  for (const { access_token } of [ofClient, ofPerson, renewed]) {
    expect((await call('GET', '/me', bearer(`oidc/simulated/${access_token}`))).status).toBe(200);
    expect((await call('GET', '/me', bearer(`oidc/another/${access_token}`))).status).toBe(403);
  }
  expect((await call('GET', '/me', bearer(`oidc/simulated/${ofClient.id_token}`))).status).toBe(403);
  expect(await ask(client, refresh)).toMatchObject({ error: 'invalid_grant' });
  expect(await ask(client, { grant_type: 'client_credentials', client_id: 'ada', client_secret: 'x' })).toMatchObject({
    error: 'invalid_client',
  });
  expect(await ask(client, { grant_type: 'magic', client_id: 'ada' })).toMatchObject({
    error: 'unsupported_grant_type',
  });
});

test('a device waits until it is approved, is told to slow down when it hurries, and must know its verifier', async () => {
  const client = await open({ device: { approvedAfterSeconds: 2, intervalSeconds: 0.02 } });
  const verifier = 'a-verifier-that-only-the-device-knows';
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const begun = await ask(
    client,
    { client_id: 'any', code_challenge, code_challenge_method: 'S256' },
    '/issuer/device',
  );
  expect(begun).toMatchObject({ user_code: expect.any(String), verification_uri: expect.any(String), interval: 0.02 });
  const poll = (code_verifier = verifier) =>
    ask(client, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'any',
      device_code: begun.device_code ?? '',
      code_verifier,
    });
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await wait(50);
  expect(await poll()).toMatchObject({ error: 'authorization_pending' });
  await wait(2_000);
  expect(await poll('another')).toMatchObject({ error: 'invalid_grant' });
  await wait(50);
  expect(await poll()).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
  client.sim.setBehaviour({ device: { intervalSeconds: 60 } });
  const hasty = await ask(client, { client_id: 'any' }, '/issuer/device');
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'any' };
  expect(await ask(client, { ...grant, device_code: hasty.device_code ?? '' })).toMatchObject({ error: 'slow_down' });
});

test('a device may be denied, or come too late', async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'any' };
  for (const [device, error] of [
    [{ denied: true, intervalSeconds: 0.01 }, 'access_denied'],
    [{ expiresSeconds: 0.01, intervalSeconds: 0.001 }, 'expired_token'],
  ] as const) {
    const client = await open({ device });
    const begun = await ask(client, { client_id: 'any' }, '/issuer/device');
    await wait();
    expect(await ask(client, { ...grant, device_code: begun.device_code ?? '' })).toMatchObject({ error });
  }
});
