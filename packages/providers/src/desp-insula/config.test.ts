import { expect, test } from 'vitest';
import { createProvider, parseProviderConfig } from '../provider-kinds.ts';

const auth = { kind: 'basic', usernameEnv: 'DESP_USERNAME', passwordEnv: 'DESP_TOKEN' };
const least = { kind: 'desp-insula', baseUrl: 'https://insula.example', auth };

test('the least config has the defaults of its kind', () => {
  expect(parseProviderConfig('desp', least)).toMatchObject({
    estimateCost: 'ask',
    reconcile: { reads: 4, everySeconds: 40 },
    onUnconfirmed: 'park',
  });
});

test.each<[string, object, RegExp]>([
  ['no address', { baseUrl: undefined }, /baseUrl/],
  ['an address with a password', { baseUrl: 'https://a:b@x.example' }, /no user, password/],
  ['a login of another platform', { auth: { kind: 'api-key', keyEnv: 'KEY' } }, /"api-key" is not available/],
  ['a user without a password', { auth: { kind: 'basic', usernameEnv: 'U' } }, /exactly one of passwordEnv/],
  ['a token without a place', { auth: { kind: 'bearer' } }, /exactly one of tokenEnv/],
  ['no such generation', { generation: 5 }, /generation/],
  ['a key nobody knows', { estimateCosts: 'ask' }, /estimateCosts/],
])('a config is refused: %s', (_, change, message) => {
  expect(() => createProvider('desp', { ...least, ...change }, () => 'secret')).toThrow(message);
});
