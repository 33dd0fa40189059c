import { type AuthConfig, authConfig, type CallFailure } from '@nightpass/core';
import { expect, test } from 'vitest';
import { troubleOf } from './platform-trouble.ts';

const refusedThere: CallFailure = { kind: 'unauthorized', rule: 'http-401', reason: 'HTTP 401' };
const refusedAtTheDesk: CallFailure = {
  kind: 'unauthorized',
  rule: 'token-refused',
  reason: 'token endpoint answered 400',
};
const noLogin: CallFailure = { kind: 'unauthorized', rule: 'no-login', reason: 'nobody is logged in' };
const issuerUnusable: CallFailure = {
  kind: 'unauthorized',
  rule: 'issuer-unusable',
  reason: 'it calls itself another',
};
const issuer = 'https://id.example.org';

test.each<[string, object, CallFailure, string]>([
  ['none', { kind: 'none' }, refusedThere, 'give providers.p.auth a kind other than none'],
  ['bearer', { kind: 'bearer', tokenEnv: 'MY_TOKEN' }, refusedThere, 'the environment variable MY_TOKEN (and restart'],
  [
    'bearer in a file',
    { kind: 'bearer', tokenFile: 'secrets/t' },
    refusedThere,
    'put a new token into the file secrets/t',
  ],
  [
    'basic',
    { kind: 'basic', usernameEnv: 'U', passwordFile: 'p' },
    refusedThere,
    'variable U (and restart what runs with it) and the file p',
  ],
  [
    'api-key',
    { kind: 'api-key', keyFile: 'k' },
    refusedAtTheDesk,
    'make a new API key on the platform, and put it into the file k',
  ],
  [
    'oidc, a client',
    { kind: 'oidc', issuer, clientIdEnv: 'C', clientSecretFile: 's' },
    refusedAtTheDesk,
    'check the environment variable C',
  ],
  ['oidc, a person', { kind: 'oidc', issuer, clientId: 'c' }, noLogin, 'nightpass login p'],
  ['oidc, another issuer', { kind: 'oidc', issuer, clientId: 'c' }, issuerUnusable, 'check providers.p.auth: issuer'],
])('credentials that are refused: %s is told where they are and what to do', (_, auth, failure, mend) => {
  const trouble = troubleOf('p', { auth: authConfig.parse(auth) }, failure);
  expect(trouble).toMatchObject({ verdict: 'fail', message: `refuses the credentials: ${failure.reason}` });
  expect(trouble.mend).toContain(mend);
});

const key: AuthConfig = { kind: 'api-key', keyEnv: 'K' };

test.each<[CallFailure, AuthConfig, string, string]>([
  [{ kind: 'notSent', rule: 'not-sent', reason: 'refused' }, key, 'cannot be reached: refused', 'providers.p.baseUrl'],
  [
    { kind: 'notSent', rule: 'token-endpoint-down', reason: 'x' },
    key,
    'nobody can log in: x',
    'providers.p.auth.tokenUrl',
  ],
  [
    { kind: 'notSent', rule: 'issuer-down', reason: 'x' },
    authConfig.parse({ kind: 'oidc', issuer, clientId: 'c' }),
    'nobody can log in: x',
    'providers.p.auth.issuer',
  ],
  [
    { kind: 'rejected', rule: 'http-404', status: 404, reason: 'x' },
    key,
    'refuses the request: x',
    'providers.p.baseUrl',
  ],
  [
    { kind: 'rejected', rule: 'no-project', status: 0, reason: 'give one' },
    key,
    'give one',
    'add probeProjectId to providers.p',
  ],
])('what is not about credentials names the key to check: %o', (failure, auth, message, mend) => {
  const trouble = troubleOf('p', { auth }, failure);
  expect(trouble).toMatchObject({ verdict: 'fail', message });
  expect(trouble.mend).toContain(mend);
});

test('what passes by itself is a warning', () => {
  for (const failure of [
    { kind: 'throttled', rule: 'r', reason: 'x', retryAfterMs: undefined },
    { kind: 'quota', rule: 'r', reason: 'x', retryAfterMs: 5 },
    { kind: 'ambiguous', rule: 'r', reason: 'x' },
  ] as const) {
    expect(troubleOf('p', { auth: key }, failure).verdict).toBe('warn');
  }
});
