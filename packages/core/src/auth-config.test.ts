import { describe, expect, test } from 'vitest';
import { authConfig, isSecureUrl, oidcGrantOf } from './auth-config.ts';

const least = { kind: 'oidc', issuer: 'https://id.example/realms/eo', clientId: 'nightpass' };
const user = { usernameEnv: 'U', passwordFile: 'p.txt' };

function faults(auth: object): Record<string, string> {
  const parsed = authConfig.safeParse(auth);
  return Object.fromEntries((parsed.error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]));
}

describe('oidc', () => {
  test.each([
    ['a person, by device code', least, 'login'],
    ['a service', { ...least, clientSecretEnv: 'S' }, 'client-credentials'],
    ['a user', { ...least, ...user }, 'password'],
    ['a user of a confidential client', { ...least, ...user, clientSecretFile: 's' }, 'password'],
    ['a person at a confidential client', { ...least, clientSecretEnv: 'S', grant: 'login' }, 'login'],
    [
      'a service whose id is in a variable',
      { ...least, clientId: undefined, clientIdEnv: 'I', clientSecretEnv: 'S' },
      'client-credentials',
    ],
    [
      'a token endpoint of its own',
      { kind: 'oidc', tokenUrl: 'https://id.example/t', clientId: 'c', ...user },
      'password',
    ],
    ['an issuer on this machine', { ...least, issuer: 'http://127.0.0.1:8080/realm' }, 'login'],
  ])('%s', (_what, auth, grant) => {
    const parsed = authConfig.parse(auth);
    expect(parsed.kind === 'oidc' && oidcGrantOf(parsed)).toBe(grant);
  });

  test('every bad key is named at once', () => {
    expect(
      faults({ kind: 'oidc', tokenUrl: 'http://id.example/t', clientId: 'a', clientIdEnv: 'B', usernameEnv: 'U' }),
    ).toEqual({
      tokenUrl: 'must be https (http only on this machine)',
      clientId: 'give exactly one of clientId, clientIdEnv and clientIdFile',
      passwordEnv: 'give exactly one of passwordEnv and passwordFile',
    });
    expect(faults({ kind: 'oidc' })).toEqual({
      issuer: 'give issuer or tokenUrl',
      clientId: 'give exactly one of clientId, clientIdEnv and clientIdFile',
      deviceUrl: 'a login needs the issuer, or the deviceUrl',
    });
  });

  test.each<[string, object, string, string]>([
    [
      'two places of a secret',
      { clientSecretEnv: 'S', clientSecretFile: 's' },
      'clientSecretEnv',
      'give exactly one of',
    ],
    ['a password nobody uses', { ...user, grant: 'login' }, 'passwordFile', 'is not used with grant login'],
    ['a service without a secret', { grant: 'client-credentials' }, 'clientSecretEnv', 'give exactly one of'],
    ['a user in the address', { issuer: 'https://a:b@id.example' }, 'issuer', 'no user'],
    ['a query in the issuer', { issuer: 'https://id.example/?a=b' }, 'issuer', 'no query'],
    ['no place to log in', { issuer: undefined, tokenUrl: 'https://id.example/t' }, 'deviceUrl', 'a login needs'],
    ['a key nobody knows', { clientSecret: 'written here' }, '', 'Unrecognized key: "clientSecret"'],
  ])('%s is refused', (_what, change, key, message) => {
    expect(faults({ ...least, ...change })).toMatchObject({ [key]: expect.stringContaining(message) });
  });
});

test.each([
  ['https://id.example/x', true],
  ['http://localhost:8080', true],
  ['http://127.0.0.1', true],
  ['http://[::1]:1/x', true],
  ['http://127.0.0.1.example', false],
  ['http://id.example', false],
  ['ftp://localhost', false],
  ['nothing', false],
])('%s may be sent credentials: %s', (url, may) => {
  expect(isSecureUrl(url)).toBe(may);
});
