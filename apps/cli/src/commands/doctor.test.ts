import { startTestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

let platform: Simulator;
let place: Workplace;
beforeEach(async () => {
  platform = await startSimulator({ kind: 'airbus-playground', tokens: ['test-token'] });
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig(platform.url));
});
afterEach(async () => {
  await place.close();
  await platform.close();
});

interface Check {
  check: string;
  verdict: string;
  message: string;
  mend: string[];
}

async function doctor(): Promise<{ code: number; ok: boolean; checks: Check[] }> {
  const { code, stdout, stderr } = await place.run('doctor', '--json');
  expect(stderr).toBe('');
  return { code, ...JSON.parse(stdout) };
}

test('where all is well, every check says so, and the exit code is 0', async () => {
  const { code, ok, checks } = await doctor();
  expect(checks.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(checks.map(({ check }) => check)).toEqual([
    'config',
    'secrets',
    'data folder',
    'inbox',
    'disk of the data',
    'disk of the inbox',
    'redis program',
    'redis',
    'redis keeps',
    'clock and redis',
    'orphans',
    'provider airbus',
    'clock and airbus',
  ]);
  expect({ code, ok }).toEqual({ code: 0, ok: true });
});

test('without a config it says where to put one', async () => {
  const bare = await openWorkplace();
  const { code, stdout } = await bare.run('doctor');
  expect(stdout).toMatch(/^fail {2}config .*there is no config file at/);
  expect(code).toBe(1);
  await bare.close();
});

test('a missing secret, and credentials that the platform refuses, are told with how to mend them', async () => {
  const bare = await openWorkplace();
  await bare.configure(quickConfig(platform.url));
  const { stdout } = await bare.run('doctor');
  expect(stdout).toContain(
    'fail  secrets              providers.airbus.auth.tokenEnv: the environment variable TEST_TOKEN',
  );
  expect(stdout).toContain('→ set it in the environment');
  await bare.close();

  const wrong = await openWorkplace({ TEST_TOKEN: 'yesterdays-token' });
  await wrong.configure(quickConfig(platform.url));
  const refused = await wrong.run('doctor');
  expect(refused.stdout).toMatch(/^fail {2}provider airbus {6}refuses the credentials/m);
  expect(refused.stdout).not.toContain('yesterdays-token');
  expect(refused.code).toBe(1);
  await wrong.close();
});

test('credentials that could not be sent, and a token endpoint that refuses or is away, are told with what to mend', async () => {
  place.env.TEST_TOKEN = 'two words';
  const blank = (await doctor()).checks.find(({ check }) => check === 'provider airbus');
  expect(blank).toMatchObject({ verdict: 'fail', message: expect.stringContaining('no header may hold') });

  const auth = (tokenUrl: string) => ({ kind: 'api-key', keyEnv: 'TEST_TOKEN', tokenUrl });
  const config = quickConfig(platform.url) as { providers: { airbus: object } };
  const withAuth = (tokenUrl: string) =>
    place.configure({ ...config, providers: { airbus: { ...config.providers.airbus, auth: auth(tokenUrl) } } });
  await withAuth('http://127.0.0.1:9/token');
  const away = (await doctor()).checks.find(({ check }) => check === 'provider airbus');
  expect(away).toMatchObject({ verdict: 'fail', message: expect.stringMatching(/^nobody can log in: token endpoint/) });
  expect(away?.mend[0]).toContain('providers.airbus.auth.tokenUrl');

  platform.setFaults([{ on: 'token', do: 'reply', status: 400, body: { error: 'invalid_grant' } }]);
  await withAuth(platform.tokenUrl);
  const refused = (await doctor()).checks.find(({ check }) => check === 'provider airbus');
  expect(refused).toMatchObject({ verdict: 'fail', message: expect.stringContaining('invalid_grant') });
  expect(refused?.mend[0]).toContain('make a new API key on the platform, and put it into the environment variable');
});

test('a provider that nobody answers for, and a Redis that forgets, are told', async () => {
  const redis = await startTestRedis({ settings: { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' } });
  place.env.REDIS_URL = redis.url;
  await place.configure(quickConfig('http://127.0.0.1:9'));
  const { code, checks } = await doctor();
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ check }) => check)).toEqual(['redis keeps', 'redis keeps', 'provider airbus']);
  expect(failed[0]?.mend).toContain('redis-cli CONFIG SET maxmemory-policy noeviction');
  expect(code).toBe(1);
  await redis.stop();
});
