import { expect, test } from 'vitest';
import { createProvider, parseProviderConfig, providerKinds } from './provider-kinds.ts';

const least = { kind: 'airbus-playground', auth: { kind: 'api-key', keyEnv: 'ONEATLAS_API_KEY' } };
const secret = () => 'planted-api-key';

test('the least config has the defaults of its kind', () => {
  expect(parseProviderConfig('airbus', least)).toMatchObject({
    baseUrl: 'https://api.playground.airbusds-geo.com',
    launchNameToken: false,
    firstImageField: 'imageId',
    launch: { concurrency: 4 },
    onUnconfirmed: 'park',
  });
  expect(Object.keys(providerKinds)).toEqual(['airbus-playground']);
});

test.each<[string, unknown, RegExp]>([
  ['no such kind', { ...least, kind: 'nowhere' }, /"airbus": kind must be one of airbus-playground, not "nowhere"/],
  ['a kind that is a word of JavaScript', { ...least, kind: 'constructor' }, /kind must be one of/],
  ['no config', null, /kind must be one of/],
  ['a key nobody knows', { ...least, launchNameTokens: true }, /launchNameTokens/],
  [
    'oidc, which is not there yet',
    { ...least, auth: { kind: 'oidc' } },
    /"oidc" is not available for airbus-playground/,
  ],
  ['basic', { ...least, auth: { kind: 'basic' } }, /"basic" is not available/],
  ['no place of the key', { ...least, auth: { kind: 'api-key' } }, /exactly one of keyEnv and keyFile/],
  ['two places of it', { ...least, auth: { ...least.auth, keyFile: 'k' } }, /exactly one of keyEnv and keyFile/],
  ['no place of the token', { ...least, auth: { kind: 'bearer' } }, /exactly one of tokenEnv and tokenFile/],
  ['an address with a password', { ...least, baseUrl: 'https://a:b@x.example' }, /no user, password/],
  ['an address with a query', { ...least, baseUrl: 'https://x.example/?a=b' }, /no user, password/],
  ['an address that is none', { ...least, baseUrl: 'ftp://x' }, /baseUrl/],
])('a config is refused: %s', (_, config, message) => {
  expect(() => createProvider('airbus', config, secret)).toThrow(message);
});

test('every bad key is named at once', () => {
  const bad = { ...least, baseUrl: 'x', firstImageField: 'image', launch: { perSecond: -1 } };
  expect(() => parseProviderConfig('airbus', bad)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/(?=.*baseUrl)(?=.*launch\.perSecond)(?=.*firstImageField)/s),
    }),
  );
});

test('a secret that is missing, empty or unfit is said when the provider is made, without its value', () => {
  const missing = () => {
    throw new Error('ONEATLAS_API_KEY is not set');
  };
  expect(() => createProvider('airbus', least, missing)).toThrow('ONEATLAS_API_KEY is not set');
  expect(() => createProvider('airbus', least, () => ' \n')).toThrow('auth: ONEATLAS_API_KEY is empty');
  const bearer = { ...least, auth: { kind: 'bearer', tokenFile: 'token.txt' } };
  expect(() => createProvider('airbus', bearer, () => 'two\nlines')).toThrow(/^auth: the token holds characters/);
});

test('making a provider connects to nothing', async () => {
  await createProvider('airbus', least, secret).close();
});
