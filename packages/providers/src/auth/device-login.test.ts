import { createHash } from 'node:crypto';
import type { OidcConfig } from '@nightpass/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deviceLogin, type LoginPrompt } from './device-login.ts';
import type { ReadSecret } from './secrets.ts';
import { type Reply, refusal, type TestIssuer, testIssuer } from './test-issuer.ts';

let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await testIssuer();
});
afterEach(() => issuer.close());

/** Answers of the token endpoint in turn, the last one for ever; undefined: it grants. */
function answers(...replies: (Reply | undefined)[]) {
  let polls = 0;
  issuer.answer = (_form, path) =>
    path === '/realm/device' ? undefined : replies[Math.min(polls++, replies.length - 1)];
}

async function login(auth: Partial<OidcConfig> = {}) {
  const shown: LoginPrompt[] = [];
  const waits: number[] = [];
  const readSecret: ReadSecret = () => 'planted-client-secret';
  const config = { kind: 'oidc' as const, issuer: issuer.url, clientId: 'public', ...auth };
  const ended = await deviceLogin(config, {
    readSecret,
    signal: new AbortController().signal,
    show: (prompt) => void shown.push(prompt),
    wait: async (ms) => void waits.push(ms),
  });
  return { ended, shown, waits };
}
const forms = () => issuer.asked.map(({ form }) => form);

test('a person is shown the page and the code, and once they confirm it the login is there to be kept', async () => {
  answers(refusal('authorization_pending'), refusal('authorization_pending'), undefined);
  const { ended, shown, waits } = await login();
  expect(shown).toEqual([{ url: `${issuer.url}/open?user_code=WDJB-MJHT`, code: 'WDJB-MJHT', validForMs: 600_000 }]);
  expect(waits).toEqual([5000, 5000, 5000]);
  expect(ended).toEqual({
    kind: 'loggedIn',
    login: { refreshToken: 'planted-refresh-2', issuer: issuer.url, clientId: 'public' },
    validForMs: 1_000_000,
  });
  expect(forms()[0]).toEqual({ scope: 'openid', client_id: 'public' });
  expect(forms().at(-1)).toEqual({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: 'planted-device-code',
    client_id: 'public',
  });
});

test('PKCE is used and offline access asked for where the issuer offers them', async () => {
  issuer.about = {
    code_challenge_methods_supported: ['plain', 'S256'],
    scopes_supported: ['openid', 'offline_access'],
  };
  await login();
  const [device, token] = forms();
  expect(device).toMatchObject({ scope: 'openid offline_access', code_challenge_method: 'S256' });
  expect(
    createHash('sha256')
      .update(token?.code_verifier ?? '')
      .digest('base64url'),
  ).toBe(device?.code_challenge);
  await login({ scope: 'openid jobs' });
  expect(forms()[2]).toMatchObject({ scope: 'openid jobs' });
});

test('asked to slow down, or where it is away for a moment, the issuer is asked five seconds later each time', async () => {
  answers(refusal('slow_down'), { status: 503, body: '' }, refusal('authorization_pending'), undefined);
  expect((await login()).waits).toEqual([5000, 10_000, 15_000, 15_000]);
});

test.each<[string, Reply, string]>([
  ['the person refuses', refusal('access_denied'), 'the login was refused on that page'],
  ['the code is over', refusal('expired_token'), 'nobody confirmed the login in time'],
  ['nobody ever confirms', refusal('authorization_pending'), 'nobody confirmed the login in time'],
  ['the client is unknown', refusal('invalid_client', 'who are you'), 'token endpoint answered 400: who are you'],
  [
    'no refresh token comes',
    { status: 200, body: { access_token: 'planted-a' } },
    'the issuer gave no refresh token, so the login would end soon: try another scope (offline_access)',
  ],
])('%s: the login fails and says so', async (_what, reply, reason) => {
  answers(reply);
  const { ended } = await login();
  expect(ended).toEqual({ kind: 'failed', reason });
});

test('an issuer without device codes, or with their endpoint elsewhere, is no place to log in', async () => {
  for (const device_authorization_endpoint of [undefined, 'https://evil.example/device']) {
    issuer.about = { device_authorization_endpoint };
    expect((await login()).ended).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('no login by device code'),
    });
  }
  expect(issuer.asked).toEqual([]);
  expect((await login({ deviceUrl: `${issuer.url}/device` })).ended.kind).toBe('loggedIn');
});

test.each([
  ['a page that is no web page', { verification_uri: 'javascript:alert(1)', verification_uri_complete: undefined }],
  ['no code', { user_code: '' }],
])('a device answer with %s is not shown to anybody', async (_what, change) => {
  issuer.answer = () => ({
    status: 200,
    body: { device_code: 'd', user_code: 'u', verification_uri: issuer.url, expires_in: 60, interval: 1, ...change },
  });
  const { ended, shown } = await login();
  expect(shown).toEqual([]);
  expect(ended).toMatchObject({ kind: 'failed', reason: expect.stringContaining('no usable content') });
});

test('what the issuer calls the code cannot move the cursor of a terminal', async () => {
  issuer.answer = (_form, path) =>
    path === '/realm/device'
      ? {
          status: 200,
          body: {
            device_code: 'd',
            user_code: 'A\u001b[2J\nB',
            verification_uri: `${issuer.url}/\u202e`,
            expires_in: 60,
          },
        }
      : undefined;
  expect((await login()).shown[0]).toMatchObject({ code: 'A [2J B', url: `${issuer.url}/%E2%80%AE` });
});

test('a provider that logs in by itself needs nobody', async () => {
  expect((await login({ clientSecretEnv: 'S' })).ended).toEqual({
    kind: 'failed',
    reason: 'it logs in by itself, with grant client-credentials: nobody has to',
  });
});

test('called off, it ends', async () => {
  answers(refusal('authorization_pending'));
  const calledOff = new AbortController();
  const ended = await deviceLogin(
    { kind: 'oidc', issuer: issuer.url, clientId: 'public' },
    { readSecret: () => 'x', signal: calledOff.signal, show: () => calledOff.abort() },
  );
  expect(ended).toEqual({ kind: 'failed', reason: 'it was called off' });
});
