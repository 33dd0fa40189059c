import { expect, test } from 'vitest';
import { createProvider, parseProviderConfig, providerKinds, takesOf } from './provider-kinds.ts';

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
  expect(Object.keys(providerKinds)).toEqual(['airbus-playground', 'desp-insula', 'ogc-api-processes', 'openeo']);
});

test.each<[string, unknown, RegExp]>([
  ['no such kind', { ...least, kind: 'nowhere' }, /"airbus": kind must be one of airbus-playground, .*, not "nowhere"/],
  ['a kind that is a word of JavaScript', { ...least, kind: 'constructor' }, /kind must be one of/],
  ['no config', null, /kind must be one of/],
  ['a key nobody knows', { ...least, launchNameTokens: true }, /launchNameTokens/],
  [
    'oidc, which this platform has not',
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

test('what each takes is told by its name in the config', () => {
  const configs = {
    airbus: { kind: 'airbus-playground' },
    insula: { kind: 'desp-insula' },
    zoo: { kind: 'ogc-api-processes' },
    vito: { kind: 'openeo' },
  };
  expect(takesOf(configs)).toEqual({ airbus: 'images', insula: 'inputs', zoo: 'inputs', vito: 'inputs-or-graph' });
});

test('a login by oidc that lacks something names every key, and makes no provider', () => {
  const zoo = { kind: 'ogc-api-processes', baseUrl: 'https://zoo.example', auth: { kind: 'oidc', usernameEnv: 'U' } };
  expect(() => createProvider('zoo', zoo, secret)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/(?=.*auth\.issuer)(?=.*auth\.clientId)(?=.*auth\.passwordEnv)/s),
    }),
  );
});

test('the login of a person is looked for under the name of its provider', () => {
  const asked: string[] = [];
  const source = Object.assign(() => 'x', { login: (provider: string) => void asked.push(provider) });
  const auth = { kind: 'oidc', issuer: 'https://id.example', clientId: 'c' };
  createProvider('zoo', { kind: 'ogc-api-processes', baseUrl: 'https://zoo.example', auth }, source as () => string);
  expect(asked).toEqual(['zoo']);
});
