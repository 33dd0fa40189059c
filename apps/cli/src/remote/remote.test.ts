import { createKeys, createToken, finishLaunch, writeIntent } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openExample, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

/** The same commands on the ledger itself, and through a board that asks who one is: the same output. */

let redis: TestRedis;
let place: Workplace;
/** Without Redis, and without a config. */
let away: Workplace;
let batch: string;
let url: string;

beforeAll(async () => {
  redis = await startTestRedis();
  const client = redis.client();
  const ledger = { redis: client, keys: createKeys() };
  const { secret } = await createToken(ledger, { name: 'ci', role: 'operator', days: 1, by: 'a test' });
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token', BOARD_PASSWORD: 'a long password' });
  away = await openWorkplace({ OPS_TOKEN: secret });
  await place.configure(
    quickConfig('http://127.0.0.1:9', { board: { port: 0, user: 'ops', passwordEnv: 'BOARD_PASSWORD' } }),
  );
  batch = await openExample(client, 'ports-of-occitanie.json');
  const ref = { batchId: batch as never, processIndex: 0, zoneIndex: 1 };
  const at = { ref, index: 1, provider: 'airbus', processId: 'p' };
  await client.set(ledger.keys.launchLock('airbus', ref), 'mine');
  const allowed = { maxInFlight: 9, launchesPerSecond: 9, orphanMs: 60_000, probe: undefined, alone: false };
  await writeIntent(ledger, at, { ...allowed, token: 'mine' });
  await finishLaunch(ledger, at, { attempt: 1, phase: 'failed', rule: 'refused', reason: '400: no such image' });
  const board = place.start('board');
  [, url = ''] = await board.untilSays(/"url":"([^"]+)"/);
});
afterAll(async () => {
  await Promise.all([place.close(), away.close()]);
  await redis.stop();
});

const remotely = (...args: string[]) => away.run(...args, '--url', url, '--token-env', 'OPS_TOKEN');

test.each([
  [['batches']],
  [['batches', '--json']],
  [['tasks', '#', '--json', '--limit', '5']],
  [['tasks', 'ports-of-occitanie.json', '--phase', 'failed']],
  [['tasks', '#', '--json', '--since', '1h']],
  [['tasks', '#', '--until', '2020-01-01T00:00Z']],
  [['redrive', '#', '--since', '1h', '--dry-run', '--json']],
  [['why', '#-0-1']],
  [['why', '#-0-1', '--json']],
  [['redrive', '#', '--dry-run', '--json']],
  [['redrive', '#', '--filter', 'error=No Such', '--dry-run', '--json']],
])('%j says the same', async (args) => {
  const own = args.map((arg) => arg.replace('#', batch));
  const [here, there] = await Promise.all([place.run(...own), remotely(...own)]);
  // How long ago it was is told to the second.
  const timeless = ({ stdout, ...rest }: typeof here) => ({ ...rest, stdout: stdout.replace(/\(\d+ \w+\)/, '') });
  expect(timeless(there)).toEqual(timeless(here));
  expect(there.code).toBe(0);
});

test('status tells the same of a batch, but for the moment', async () => {
  const plain = async (text: string) => ({ ...JSON.parse(text), at: '', settledPerSecond: null, endsAboutAt: null });
  const [here, there] = await Promise.all([place.run('status', batch, '--json'), remotely('status', batch, '--json')]);
  expect(await plain(there.stdout)).toEqual(await plain(here.stdout));
});

test('a redrive, a cancel and a pause are carried out, and stand in the audit log with the token’s name', async () => {
  const json = async (...args: string[]) => JSON.parse((await remotely(...args, '--json')).stdout);
  expect(await json('redrive', batch, '--yes')).toEqual({
    batch,
    phases: { failed: 1, expired: 0 },
    tasks: 1,
    dryRun: false,
    redriven: 1,
  });
  expect(await json('cancel', batch, '--filter', 'zone=0', '--yes')).toMatchObject({ changed: expect.any(Number) });
  expect(await json('pause', 'airbus', '--reason', 'budget')).toMatchObject({
    changed: true,
    holds: [{ kind: 'person' }],
  });
  expect(await json('resume', 'airbus')).toEqual({ provider: 'airbus', changed: true, holds: [] });
  const log = JSON.stringify(await redis.client().xrange(`${createKeys().prefix}:audit`, '-', '+'));
  expect(log.match(/"begun","who","token ci"/g)).toHaveLength(4);
});

test('without a token, with none that is known, or with no board there, it says so and changes nothing', async () => {
  const asked = await away.run('batches', '--url', url);
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('NIGHTPASS_TOKEN') });
  expect(await away.run('batches', '--url', url, '--token-env', 'NOBODY')).toMatchObject({ code: 2 });
  expect(await away.run('batches', '--url', 'ftp://x')).toMatchObject({ code: 2 });
  const clear = await remotely('batches').then(() =>
    away.run('batches', '--url', 'http://board.example', '--token-env', 'OPS_TOKEN'),
  );
  expect(clear).toMatchObject({ code: 2, stderr: expect.stringContaining('in the clear') });
  const gone = await away.run('batches', '--url', 'http://127.0.0.1:9');
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') });
});
