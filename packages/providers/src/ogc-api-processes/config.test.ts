import { expect, test } from 'vitest';
import { parseProviderConfig } from '../provider-kinds.ts';

const config = { kind: 'ogc-api-processes', baseUrl: 'https://h.example/user/ogc-api', auth: { kind: 'none' } };

test('the root may have a path; nobody is taken for the sole client unless it is said', () => {
  expect(parseProviderConfig('server', config)).toMatchObject({
    baseUrl: config.baseUrl,
    list: 'auto',
    soleClient: false,
    response: 'document',
  });
});

test.each<[string, object, string]>([
  ['no root', { baseUrl: undefined }, 'baseUrl'],
  ['a root with a query', { baseUrl: 'https://h.example/?a=b' }, 'must hold no user, password, query or fragment'],
  ['a key that it does not have', { launchNameToken: true }, 'launchNameToken'],
  ['a login that it does not have', { auth: { kind: 'api-key', keyEnv: 'K' } }, 'use one of none, basic, bearer, oidc'],
  ['half a login', { auth: { kind: 'basic', usernameEnv: 'U' } }, 'give exactly one of passwordEnv and passwordFile'],
])('%s is refused', (_, change, words) => {
  expect(() => parseProviderConfig('server', { ...config, ...change })).toThrow(words);
});
