import { expect, test } from 'vitest';
import { createHttpClient, usualHttpLimits } from '../http/http-client.ts';
import { baseOf } from '../http/paths.ts';
import { createProvider, parseProviderConfig } from '../provider-kinds.ts';
import { httpText, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { openEoConfig } from './config.ts';
import { openEoTokens } from './credentials.ts';
import { createDiscovery } from './discovery.ts';
import { basicAuth, openStage } from './test-stage.ts';

const users = [{ name: 'my-USERNAME', password: 'my-PASSWORD' }];
const oidcAuth = { kind: 'oidc', clientId: 'my-client', clientSecretEnv: 'SECRET' };
const clients = [{ name: 'my-client', password: 'my-SECRET' }];

test('a name and a password are changed for a token at /credentials/basic, which is sent as basic//token', async () => {
  const { simulator, launched, launch } = await openStage({ simulator: { users }, config: { auth: basicAuth } });
  await launched();
  await launched(1);
  expect(simulator.requests({ call: 'token' })).toMatchObject([
    { method: 'GET', path: '/openeo/1.2/credentials/basic' },
  ]);
  simulator.setBehaviour({ tokenForm: 'bare' });
  // The form changes only with what the API says of itself: what is sent now is still prefixed, and refused.
  expect(await launch(2)).toMatchObject({ kind: 'unauthorized' });
});

test('a client of an issuer sends its access token as oidc/provider/token, the provider found by the issuer', async () => {
  const { simulator, anotherProvider } = await openStage({ simulator: { users: clients } });
  const provider = anotherProvider({ auth: { ...oidcAuth, issuer: `${simulator.url}/issuer/` } });
  expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
  simulator.expireTokens();
  expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
  expect(simulator.requests({ call: 'token' }).map(({ path }) => path)).toEqual(['/issuer/token', '/issuer/token']);
  expect(simulator.requests().filter(({ path }) => path.endsWith('/credentials/oidc'))).toHaveLength(1);
});

test('with a token URL, the provider’s id is configured and not asked for', async () => {
  const { simulator, anotherProvider } = await openStage({ simulator: { users: clients } });
  const auth = { ...oidcAuth, tokenUrl: simulator.tokenUrl };
  const provider = anotherProvider({ auth, oidcProvider: 'simulated' });
  expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
  const config = { kind: 'openeo', baseUrl: simulator.url, auth };
  expect(() => parseProviderConfig('openeo', config)).toThrow(/oidcProvider/);
});

test('an issuer that the back-end does not trust is told, with those that it does', async () => {
  const { simulator, anotherProvider } = await openStage({ simulator: { users: clients } });
  simulator.setFaults([
    {
      on: 'describe',
      do: 'alter',
      set: { providers: [{ id: 'egi', issuer: 'https://aai.example/' }] },
      when: { after: 3 },
    },
  ]);
  const provider = anotherProvider({ auth: { ...oidcAuth, issuer: `${simulator.url}/issuer` } });
  expect(await provider.probe(freely)).toMatchObject({
    kind: 'unauthorized',
    rule: 'issuer-not-trusted',
    reason: expect.stringMatching(/https:\/\/aai\.example\//),
  });
});

test.each(['both', 'bare'] as const)(
  'an API of 1.3 that lists JWT is sent bare tokens (it takes: %s)',
  async (form) => {
    const { simulator, anotherProvider } = await openStage({
      simulator: { users: [...users, ...clients] },
      behaviour: { tokenForm: form },
    });
    for (const auth of [basicAuth, { ...oidcAuth, issuer: `${simulator.url}/issuer` }]) {
      expect(await anotherProvider({ auth }).probe(freely)).toMatchObject({ kind: 'ok' });
    }
    expect(simulator.requests().filter(({ path }) => path.endsWith('/credentials/oidc'))).toEqual([]);
  },
);

test('a bearer token is sent as it is configured', async () => {
  const { provider, anotherProvider } = await openStage();
  expect(await provider.probe(freely)).toMatchObject({ kind: 'ok' });
  const bare = anotherProvider({ auth: { kind: 'bearer', tokenEnv: 'OTHER' } });
  expect(await bare.probe(freely)).toMatchObject({ kind: 'unauthorized' });
});

test.each<[string, 401 | 403 | 500]>([
  ['403 TokenInvalid, as the specification has it', 403],
  ['500 "Unauthorized.", as Earth Engine’s driver does', 500],
  ['401', 401],
])('a token that has ended is renewed once, told by %s', async (_, badToken) => {
  const { simulator, launched, provider } = await openStage({
    simulator: { users },
    behaviour: { badToken },
    config: { auth: basicAuth },
  });
  const job = await launched();
  simulator.expireTokens();
  expect(await provider.look(job, freely)).toMatchObject({ kind: 'seen' });
  expect(simulator.counts().token.arrived).toBe(2);
  simulator.setBehaviour({ tokenSeconds: 0 });
  simulator.expireTokens();
  expect(await provider.look(job, freely)).toMatchObject({ kind: 'unauthorized' });
  expect(simulator.counts().token.arrived).toBe(3);
});

test.each([
  ['PermissionsInsufficient', 'rejected'],
  ['CredentialsInvalid', 'unauthorized'],
  ['AuthenticationSchemeInvalid', 'unauthorized'],
])('403 %s asks for no other token', async (code, kind) => {
  const { simulator, launch } = await openStage({ simulator: { users }, config: { auth: basicAuth } });
  simulator.setFaults([{ on: 'create', do: 'reply', status: 403, body: { code, message: 'No.' } }]);
  expect(await launch()).toMatchObject({ kind });
  expect(simulator.counts().token.arrived).toBe(1);
  expect(simulator.counts().create.arrived).toBe(1);
});

test('an account without any permission is held, and fails no task; one that lacks it for a task fails that one', async () => {
  const { simulator, launch, find, provider } = await openStage({ behaviour: { like: 'vito' } });
  const body = { code: 'PermissionsInsufficient', message: 'No access.' };
  simulator.setFaults([{ on: 'create', do: 'reply', status: 403, body }]);
  expect(await launch()).toMatchObject({ kind: 'rejected', rule: 'permissions' });
  const held = { kind: 'unauthorized', rule: 'nothing-permitted', reason: expect.stringContaining('No access.') };
  simulator.setFaults((['create', 'list'] as const).map((on) => ({ on, do: 'reply', status: 403, body })));
  expect(await launch()).toMatchObject(held);
  expect(await provider.probe(freely)).toMatchObject(held);
  expect(await find()).toMatchObject(held);
  simulator.setFaults([
    { on: 'create', do: 'reply', status: 403, body },
    { on: 'list', do: 'drop' },
  ]);
  expect(await launch()).toMatchObject({ kind: 'notSent' });
  simulator.setFaults((['launch', 'list'] as const).map((on) => ({ on, do: 'reply', status: 403, body })));
  expect(await launch()).toMatchObject(held);
  expect(simulator.jobs()).toMatchObject([{ started: false }]);
});

test.each([
  [
    'cannot ask the issuer (503 OidcProviderUnavailable): nothing took effect',
    503,
    'OidcProviderUnavailable',
    'notSent',
    1,
  ],
  ['cannot place our token (500 AccessTokenError): another is tried, once', 500, 'AccessTokenError', 'unauthorized', 2],
])('a launch at a back-end that %s', async (_, status, code, kind, tokens) => {
  const { simulator, launch } = await openStage({ simulator: { users }, config: { auth: basicAuth } });
  simulator.setFaults([{ on: 'create', do: 'reply', status, body: { code, message: 'No.' } }]);
  expect(await launch()).toMatchObject({ kind });
  expect(simulator.counts().token.arrived).toBe(tokens);
  simulator.setFaults([]);
  expect(await launch()).toMatchObject({ kind: 'launched' });
  expect(simulator.jobs()).toHaveLength(1);
});

test('a basic token that says when it ends is renewed before', async () => {
  const { simulator } = await openStage({ simulator: { users }, behaviour: { like: 'earth-engine' } });
  const http = createHttpClient(simulator.url, usualHttpLimits);
  const discovery = createDiscovery(baseOf(simulator.url), http, undefined);
  let nowMs = 0;
  const tokens = openEoTokens(
    openEoConfig.parse({ kind: 'openeo', baseUrl: simulator.url, auth: basicAuth }),
    { http, api: (signal) => discovery.api({ signal, turn: async () => true }) },
    { readSecret: ({ env }) => `my-${env}`, limits: usualHttpLimits, clockMs: () => nowMs },
  );
  const first = await tokens.current(freely.signal);
  expect(first).toMatchObject({ authorization: expect.stringMatching(/^Bearer basic\/\/ey/) });
  nowMs = 1_700_000;
  expect(await tokens.current(freely.signal)).toEqual(first);
  nowMs = 1_900_000;
  expect(await tokens.current(freely.signal)).not.toEqual(first);
  expect(simulator.counts().token.arrived).toBe(2);
  await tokens.close();
  await http.close();
});

test('neither password nor token is in what a refusal echoes', async () => {
  const server = await rawServer((socket, received) => {
    if (!received.endsWith('\r\n\r\n')) return;
    const told = /authorization: ([^\r]+)/i.exec(received)?.[1] ?? '';
    const isFrontPage = /GET \/(\.well-known\/openeo)? HTTP/.test(received);
    const body = isFrontPage ? { api_version: '1.2.0' } : { code: 'CredentialsInvalid', message: `no: ${told}` };
    socket.end(httpText(isFrontPage ? 200 : 403, JSON.stringify(body), { connection: 'close' }));
  });
  const config = { kind: 'openeo', baseUrl: server.origin, auth: basicAuth };
  const provider = createProvider('openeo', config, () => 'planted-secret');
  const answer = await provider.probe(freely);
  expect(answer).toMatchObject({
    kind: 'unauthorized',
    rule: 'login-refused',
    reason: expect.stringMatching(/\[secret\]/),
  });
  expect(JSON.stringify(answer)).not.toContain(Buffer.from('planted-secret:planted-secret').toString('base64'));
  await provider.close();
  await server.close();
});
