import type { OidcConfig } from '@nightpass/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TestIssuer, testIssuer } from './test-issuer.ts';
import { asService, asUser, never, oidcClientOf, type TestOidc, values } from './test-oidc.ts';

let issuer: TestIssuer;
const open: TestOidc[] = [];
beforeEach(async () => {
  issuer = await testIssuer();
});
afterEach(async () => {
  for (const { tokens } of open.splice(0)) await tokens.close();
  await issuer.close();
});

function source(auth: Partial<OidcConfig>): TestOidc {
  const made = oidcClientOf(issuer.url, auth);
  open.push(made);
  return made;
}
const bearer = (n: number) => ({ kind: 'credential', authorization: `Bearer planted-access-${n}` });

describe('client credentials', () => {
  test('go to the token endpoint that the issuer names, in a Basic header that is form-encoded', async () => {
    const { tokens, remembered } = source({ ...asService, scope: 'jobs' });
    expect(await tokens.current(never)).toEqual(bearer(1));
    const encoded = Buffer.from('a+client:planted-client-secret%2F%2B%26').toString('base64');
    expect(issuer.asked).toEqual([
      {
        path: '/realm/token',
        form: { grant_type: 'client_credentials', scope: 'jobs' },
        authorization: `Basic ${encoded}`,
      },
    ]);
    expect(tokens.secrets()).toEqual(expect.arrayContaining([values.SECRET, encoded, 'planted-access-1']));
    expect(remembered).toEqual(expect.arrayContaining([values.SECRET, encoded, 'planted-access-1']));
  });

  test('go in the form where the issuer takes them only there, or where it is configured', async () => {
    issuer.about = { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] };
    await source(asService).tokens.current(never);
    issuer.about = {};
    await source({ ...asService, clientAuth: 'post' }).tokens.current(never);
    const form = { grant_type: 'client_credentials', client_id: 'a client', client_secret: values.SECRET };
    expect(issuer.asked.map((one) => one.form)).toEqual([form, form]);
    expect(issuer.asked.map((one) => one.authorization)).toEqual([undefined, undefined]);
  });

  test('are asked with once by fifty callers together, and again at half of the life of the token', async () => {
    const { tokens, clock } = source(asService);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.current(never)));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    clock.nowMs = 49_000;
    expect(await tokens.current(never)).toEqual(bearer(1));
    clock.nowMs = 51_000;
    expect(await tokens.current(never)).toEqual(bearer(2));
    expect(issuer.asked).toHaveLength(2);
  });

  test('need no issuer where the token endpoint is configured', async () => {
    const tokenUrl = `${issuer.url}/other?a=b`;
    const { tokens } = source({ ...asService, issuer: undefined, tokenUrl });
    expect(await tokens.current(never)).toEqual(bearer(1));
    expect(issuer.asked[0]?.path).toBe('/realm/other?a=b');
  });
});

describe('a user name and a password', () => {
  test('are sent once; from then on the refresh token is, and each one that follows it', async () => {
    const { tokens, clock } = source(asUser);
    for (const nowMs of [0, 60_000, 120_000]) {
      clock.nowMs = nowMs;
      expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    }
    const client_id = 'a client';
    expect(issuer.asked.map(({ form }) => form)).toEqual([
      { grant_type: 'password', username: 'ada', password: values.PASSWORD, scope: 'openid', client_id },
      { grant_type: 'refresh_token', refresh_token: 'planted-refresh-2', client_id },
      { grant_type: 'refresh_token', refresh_token: 'planted-refresh-4', client_id },
    ]);
  });

  test('are sent again at once where the refresh token is refused, and the call goes on', async () => {
    const { tokens, clock } = source(asUser);
    await tokens.current(never);
    issuer.refreshTokens.clear();
    clock.nowMs = 60_000;
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(issuer.asked.map(({ form }) => form.grant_type)).toEqual(['password', 'refresh_token', 'password']);
  });

  test('are not sent again where the issuer is only down: the refresh token is kept', async () => {
    const { tokens, clock } = source(asUser);
    await tokens.current(never);
    issuer.answer = () => ({ status: 503, body: '' });
    clock.nowMs = 200_000;
    expect(await tokens.current(never)).toMatchObject({ kind: 'notSent', rule: 'token-endpoint-down' });
    issuer.answer = undefined;
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(issuer.asked.map(({ form }) => form.grant_type)).toEqual(['password', 'refresh_token', 'refresh_token']);
  });

  test('missing, they are said by name when the source is made', () => {
    expect(() => source({ ...asUser, passwordEnv: 'NOWHERE' })).toThrow('NOWHERE is not set');
    expect(() => source({ ...asService, clientSecretEnv: 'NOWHERE' })).toThrow('NOWHERE is not set');
  });
});
