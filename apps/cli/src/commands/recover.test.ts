import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examples, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

let redis: TestRedis;
let platform: Simulator;
let place: Workplace;
beforeEach(async () => {
  redis = await startTestRedis();
  platform = await startSimulator({ kind: 'airbus-playground', tokens: ['test-token'] });
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig(platform.url));
});
afterEach(async () => {
  await place.close();
  await platform.close();
  await redis.stop();
});

test('with nothing lost there is nothing to recover', async () => {
  const { code, stdout } = await place.run('recover');
  expect(stdout).toContain('nothing to recover');
  expect(code).toBe(0);
});

test('an accepted file that is no batch is told, and the command fails', async () => {
  const accepted = join(place.dir, 'data', 'inbox', 'accepted');
  await mkdir(accepted, { recursive: true });
  await copyFile(join(examples, 'with-a-fault', 'ports-of-brittany.json'), join(accepted, 'b123456789abc.json'));
  const { code, stdout } = await place.run('recover', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    known: 0,
    batches: [],
    unusable: [{ file: expect.stringContaining('b123456789abc') }],
  });
  expect(code).toBe(1);
});

test('--since wants a time', async () => {
  const { code, stderr } = await place.run('recover', '--since', 'yesterday');
  expect(stderr).toContain('such as 02:00');
  expect(code).toBe(2);
});
