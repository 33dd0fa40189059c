import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openExample, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

/** What people do to providers and batches, with no worker to move anything meanwhile. */

let redis: TestRedis;
let place: Workplace;
let batch: string;
beforeEach(async () => {
  redis = await startTestRedis();
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig('http://127.0.0.1:9'));
  batch = await openExample(redis.client(), 'ports-of-occitanie.json');
});
afterEach(async () => {
  await place.close();
  await redis.stop();
});

async function json(...args: string[]) {
  const { code, stdout, stderr } = await place.run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('a paused provider is the answer to why, until it is resumed', async () => {
  expect(await json('pause', 'airbus', '--reason', 'budget')).toEqual({
    provider: 'airbus',
    changed: true,
    inFlight: 0,
    holds: [{ kind: 'person', reason: 'budget', since: expect.stringMatching(/Z$/), until: null, stopsLooks: false }],
  });
  expect(await json('pause', 'airbus')).toMatchObject({ changed: false });
  expect(await json('why', `${batch}-0-0`)).toMatchObject({
    answer: 'provider airbus is held (person): budget',
    holds: [{ kind: 'person', reason: 'budget' }],
  });
  expect((await place.run('status', batch)).stdout).toContain('airbus is held (person)');
  expect(await json('resume', 'airbus')).toEqual({ provider: 'airbus', changed: true, holds: [] });
  expect(await json('why', `${batch}-0-0`)).toMatchObject({ holds: [] });
  expect((await place.run('resume', 'airbus')).stdout).toBe('airbus was not paused.\n');
});

test('an unknown provider is wrong use, and the known ones are named', async () => {
  const { code, stderr } = await place.run('pause', 'airbsu');
  expect(stderr).toBe('nightpass: no provider airbsu; configured: airbus\n');
  expect(code).toBe(2);
});

test('cancel asks first; where nobody can be asked it changes nothing without --yes', async () => {
  const { code, stderr } = await place.run('cancel', batch);
  expect(stderr).toContain(`This cancels 12 open tasks of Ports of Occitanie (${batch}), 0 of them on the platform.`);
  expect(stderr).toContain('--yes');
  expect(code).toBe(2);
  expect(await json('status', batch)).toMatchObject({ phases: { queued: 12 } });
});

test('cancel --yes ends what waits, and once only', async () => {
  expect(await json('cancel', batch, '--yes')).toEqual({ batch, open: 12, cancelled: 12, onPlatform: 0 });
  expect(await json('status', batch)).toMatchObject({
    phases: { queued: 0, cancelled: 12 },
    endedAt: expect.stringMatching(/Z$/),
  });
  expect(await json('cancel', batch, '--yes')).toEqual({ batch, open: 0, cancelled: 0, onPlatform: 0 });
});

test('redrive --dry-run counts and changes nothing', async () => {
  await place.run('cancel', batch, '--yes');
  expect(await json('redrive', batch, '--phase', 'cancelled', '--dry-run')).toEqual({
    batch,
    phases: { cancelled: 12 },
    tasks: 12,
    dryRun: true,
    redriven: 0,
  });
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 12, queued: 0 } });
});

test('redrive takes only what failed or expired unless told; the rest is named', async () => {
  await place.run('cancel', batch, '--yes');
  const { code, stdout } = await place.run('redrive', batch, '--yes');
  expect(stdout).toContain('nothing to redrive');
  expect(stdout).toContain('12 tasks cancelled: taken with --phase cancelled');
  expect(code).toBe(0);
});

test('redrive brings tasks back to the queue, once', async () => {
  await place.run('cancel', batch, '--yes');
  expect(await place.run('redrive', batch, '--phase', 'cancelled')).toMatchObject({ code: 2 });
  expect(await json('redrive', batch, '--phase', 'cancelled', '--yes')).toMatchObject({ tasks: 12, redriven: 12 });
  expect(await json('status', batch)).toMatchObject({ phases: { cancelled: 0, queued: 12 }, endedAt: null });
  expect(await json('redrive', batch, '--phase', 'cancelled', '--yes')).toMatchObject({ tasks: 0, redriven: 0 });
});

test('a phase that cannot be redriven is wrong use', async () => {
  expect(await place.run('redrive', batch, '--phase', 'running')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('failed, expired, cancelled, parked'),
  });
});
