import type { OidcConfig } from '@nightpass/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refusal, type TestIssuer, testIssuer } from './test-issuer.ts';
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

describe('an issuer', () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'calls itself otherwise',
      { issuer: 'https://evil.example/realm' },
      'issuer-unusable',
      /calls itself https:\/\/evil/,
    ],
    [
      'sends us elsewhere',
      { token_endpoint: 'https://evil.example/token' },
      'issuer-unusable',
      /not on its own origin/,
    ],
    [
      'sends us to another port',
      { token_endpoint: 'http://127.0.0.1:9/token' },
      'issuer-unusable',
      /not on its own origin/,
    ],
    ['sends us to no address', { token_endpoint: 'nowhere' }, 'issuer-unusable', /not on its own origin/],
    ['names no token endpoint', { token_endpoint: undefined }, 'issuer-down', /no usable content/],
  ])('that %s gets no credentials', async (_what, about, rule, reason) => {
    issuer.about = about;
    const failure = await source(asUser).tokens.current(never);
    expect(failure).toMatchObject({ rule, reason: expect.stringMatching(reason) });
    expect(issuer.asked).toEqual([]);
  });

  test('that is not there, is away or is busy is asked again later', async () => {
    const away = source({ ...asService, issuer: `${new URL(issuer.url).origin}/nowhere` });
    expect(await away.tokens.current(never)).toMatchObject({ kind: 'unauthorized', rule: 'issuer-refused' });
    const { tokens } = source(asService);
    const { url } = issuer;
    await issuer.close();
    expect(await tokens.current(never)).toMatchObject({ kind: 'notSent', rule: 'issuer-down' });
    issuer = await testIssuer();
    expect(url).not.toBe(issuer.url);
  });

  test('may have its token endpoint elsewhere where that is configured', async () => {
    issuer.about = { token_endpoint: 'https://evil.example/token' };
    const { tokens } = source({ ...asService, tokenUrl: `${issuer.url}/mine` });
    expect(await tokens.current(never)).toEqual(bearer(1));
    expect(issuer.asked[0]?.path).toBe('/realm/mine');
  });

  test.each<[string, () => ReturnType<typeof refusal>, string, string]>([
    ['refuses', () => refusal('invalid_client', `not ${values.SECRET}`), 'unauthorized', 'token-refused'],
    [
      'throttles',
      () => ({ status: 429, body: '', headers: { 'retry-after': '7' } }),
      'throttled',
      'token-endpoint-throttled',
    ],
    ['fails', () => ({ status: 500, body: 'planted-access-token' }), 'notSent', 'token-endpoint-down'],
    [
      'redirects',
      () => ({ status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } }),
      'unauthorized',
      'token-refused',
    ],
    [
      'gives no token',
      () => ({ status: 200, body: { id_token: 'planted-id-token' } }),
      'notSent',
      'token-endpoint-down',
    ],
    [
      'gives a token with a line break',
      () => ({ status: 200, body: { access_token: 'planted\nb' } }),
      'notSent',
      'token-endpoint-down',
    ],
    [
      'refuses, with a token in it',
      () => ({ status: 400, body: { error: 'x', refresh_token: 'planted-9' } }),
      'unauthorized',
      'token-refused',
    ],
  ])('whose token endpoint %s', async (what, answer, kind, rule) => {
    issuer.answer = answer;
    const failure = await source(asService).tokens.current(never);
    expect(failure).toMatchObject({ kind, rule });
    if (what !== 'fails') expect(JSON.stringify(failure)).not.toContain('planted');
    if (kind === 'throttled') expect(failure).toMatchObject({ retryAfterMs: 7000 });
  });

  test('that has moved its token endpoint is asked again for it', async () => {
    const { tokens } = source(asService);
    issuer.answer = () => ({ status: 404, body: '' });
    await tokens.current(never);
    issuer.answer = undefined;
    issuer.about = { token_endpoint: `${issuer.url}/moved` };
    expect(await tokens.current(never)).toMatchObject({ kind: 'credential' });
    expect(issuer.asked.at(-1)?.path).toBe('/realm/moved');
  });
});
