import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectRedisFailFast, silentLog, startPrivateRedis } from '@nightpass/runtime';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openExample, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

/** What only looks, with nothing of Nightpass running but Redis. */

let redis: TestRedis;
let place: Workplace;
beforeEach(async () => {
  redis = await startTestRedis();
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig('http://127.0.0.1:9'));
});
afterEach(async () => {
  await place.close();
  await redis.stop();
});

const open = (file: string) => openExample(redis.client(), file);
const jsonOf = async (...args: string[]) => {
  const { code, stdout, stderr } = await place.run(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

test('without any batch, the inbox to drop files into is named', async () => {
  const words = `no batches yet: drop a file into ${place.inbox}`;
  expect(await place.run('batches')).toEqual({ code: 0, stdout: `${words}\n`, stderr: '' });
  expect(await jsonOf('batches')).toEqual([{ batches: [], total: 0 }]);
  expect(await place.run('status', 'b1')).toMatchObject({ code: 2, stderr: `nightpass: ${words}\n` });
});

test('batches lists the newest first, in fixed fields', async () => {
  const older = await open('ports-of-occitanie.json');
  const newer = await open('gironde-after-the-fires.json');
  const [{ batches, total }] = await jsonOf('batches');
  expect(total).toBe(2);
  expect(batches.map((it: { batch: string }) => it.batch)).toEqual([newer, older]);
  expect(batches[1]).toEqual({
    batch: older,
    name: 'Ports of Occitanie',
    file: 'ports-of-occitanie.json',
    priority: 0,
    providers: ['airbus'],
    processes: 2,
    zones: 6,
    tasks: 12,
    phases: expect.objectContaining({ queued: 12, succeeded: 0, parked: 0 }),
    acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    endedAt: null,
    cancelledAt: null,
    deadline: null,
  });
  const { stdout } = await place.run('batches', '--limit', '1');
  expect(stdout).toContain('Gironde after the fires');
  expect(stdout).toContain('… and 1 older');
});

test('a batch is found by its id, by the beginning of it, and by the name of its file', async () => {
  const id = await open('ports-of-occitanie.json');
  await open('gironde-after-the-fires.json');
  for (const text of [id, id.slice(0, 6), 'ports-of-occitanie.json', 'ports-of-occitanie']) {
    expect((await jsonOf('status', text))[0]).toMatchObject({ batch: id, tasks: 12, percentSettled: 0, holds: [] });
  }
});

test('an unknown batch is wrong use, and near ones are named', async () => {
  const id = await open('ports-of-occitanie.json');
  const { code, stderr } = await place.run('status', 'ports-of-brittany.json');
  expect(stderr).toBe(`nightpass: no batch ports-of-brittany.json; near it: ${id} (ports-of-occitanie.json)\n`);
  expect(code).toBe(2);
});

test('status says nothing of an end that nobody can foresee', async () => {
  const id = await open('ports-of-occitanie.json');
  expect((await jsonOf('status', id))[0]).toMatchObject({ settledPerSecond: null, endsAboutAt: null });
});

test('tasks pages through a batch, a task a line', async () => {
  const id = await open('ports-of-occitanie.json');
  const page = await place.run('tasks', id, '--limit', '5', '--json');
  const ids = page.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).task);
  expect(ids).toEqual([0, 1, 2, 3, 4].map((zone) => `${id}-0-${zone}`));
  expect(page.stderr).toBe(`there are more: nightpass tasks ${id} --after ${id}-0-4\n`);
  const rest = await jsonOf('tasks', id, '--after', `${id}-0-4`, '--limit', '0');
  expect(rest.map((task) => task.task)).toEqual([`${id}-0-5`, ...[0, 1, 2, 3, 4, 5].map((zone) => `${id}-1-${zone}`)]);
  expect(rest[0]).toEqual({
    task: `${id}-0-5`,
    batch: id,
    processIndex: 0,
    zoneIndex: 5,
    phase: 'queued',
    provider: 'airbus',
    attempt: 0,
    drive: 1,
    remoteJob: null,
    remoteStatus: null,
    remoteWord: null,
    progressPercent: null,
    reason: null,
    cost: null,
    message: null,
    launchedAt: null,
    endedAt: null,
    results: null,
    movedAt: null,
  });
  expect((await place.run('tasks', id, '--phase', 'failed,parked')).stdout).toContain('no such tasks');
  expect((await place.run('tasks', id)).stdout).toContain('Sète');
});

test('tasks of a span of time are those that last moved in it', async () => {
  const id = await open('ports-of-occitanie.json');
  await place.run('cancel', id, '--filter', 'zone=0', '--yes');
  const moved = await jsonOf('tasks', id, '--since', '1h');
  expect(moved).toMatchObject([{ task: `${id}-0-0`, phase: 'cancelled' }, { task: `${id}-1-0` }]);
  expect(Math.abs(Date.parse(moved[0].movedAt) - Date.now())).toBeLessThan(60_000);
  expect((await place.run('tasks', id, '--until', '1h')).stdout).toContain('no such tasks');
  const first = await place.run('tasks', id, '--since', '2026-01-01T00:00Z', '--limit', '1');
  expect(first.stderr).toContain(`--since 2026-01-01T00:00:00.000Z --after ${id}-0-0`);
  expect(await place.run('tasks', id, '--since', '1h', '--until', '2h')).toMatchObject({ code: 2 });
  expect(await place.run('tasks', id, '--since', 'yesterday')).toMatchObject({ code: 2 });
});

test('a task of another batch is no place to go on from', async () => {
  const id = await open('ports-of-occitanie.json');
  expect(await place.run('tasks', id, '--after', 'b000000000000-0-0')).toMatchObject({ code: 2 });
  expect(await place.run('tasks', id, '--after', `${id}-7-0`)).toMatchObject({ code: 2 });
});

test('why answers for a task what it waits for, since when', async () => {
  const id = await open('ports-of-occitanie.json');
  expect((await jsonOf('why', `${id}-1-0`))[0]).toMatchObject({
    task: `${id}-1-0`,
    phase: 'queued',
    provider: 'airbus',
    answer: expect.stringContaining('its turn has not come'),
    since: expect.stringMatching(/Z$/),
    until: null,
    process: { name: 'Berth occupancy' },
    zone: { id: 1, location: 'Sète' },
    holds: [],
    history: [],
  });
});

test('why and tasks tell what the jobs of a task cost, where that is known', async () => {
  const id = await open('ports-of-occitanie.json');
  const paid = (fields: Record<string, string>) =>
    redis.client().hset(`nightpass:task:${id}-0-0`, { costUnit: 'credits', ...fields });
  await paid({ cost: '2.5', costTotal: '4.5' });
  const cost = { unit: 'credits', amount: 2.5, total: 4.5 };
  expect((await jsonOf('why', `${id}-0-0`))[0]).toMatchObject({ cost });
  expect((await jsonOf('tasks', id))[0]).toMatchObject({ cost });
  const said = async () => (await place.run('why', `${id}-0-0`)).stdout;
  expect(await said()).toContain('it cost 2.5 credits; with its jobs before, 4.5 credits');
  await paid({ cost: '4.5' });
  expect(await said()).toContain('it cost 4.5 credits\n');
  await redis.client().hdel(`nightpass:task:${id}-0-0`, 'cost');
  expect(await said()).toContain('its jobs before this one cost 4.5 credits');
});

test('why of a task that is not there is wrong use', async () => {
  const id = await open('ports-of-occitanie.json');
  const { code, stderr } = await place.run('why', `${id}-0-99`);
  expect(stderr).toContain('zones 0 to 5');
  expect(code).toBe(2);
  expect(await place.run('why', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('is a batch') });
});

test('who reads only the beginning is no trouble', async () => {
  const id = await open('ports-of-occitanie.json');
  const bin = new URL('../../bin/nightpass.js', import.meta.url).pathname;
  const shell = `"${process.execPath}" "${bin}" tasks ${id} --json --limit 0 | head -1`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', shell], { cwd: place.dir, env: place.env });
  expect(JSON.parse(stdout)).toMatchObject({ task: `${id}-0-0` });
  expect(stderr).toBe('');
});

test('a Redis that does not answer is told, without its password', async () => {
  const away = await openWorkplace({ REDIS_URL: 'redis://:hush@127.0.0.1:1' });
  const { code, stderr } = await away.run('batches');
  expect(stderr).toContain('Redis at redis://127.0.0.1:1 did not answer');
  expect(stderr).not.toContain('hush');
  expect(code).toBe(1);
  await away.close();
});

test('without REDIS_URL the private Redis is started for the look, and stopped after it', async () => {
  const own = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await own.configure(quickConfig('http://127.0.0.1:9'));
  expect(await own.run('batches')).toMatchObject({ code: 0, stdout: expect.stringContaining('no batches yet') });
  expect(existsSync(join(own.dir, 'data'))).toBe(false);

  const dir = join(own.dir, 'data');
  const server = await startPrivateRedis({ dir, log: silentLog, searchPath: process.env.PATH });
  const client = await connectRedisFailFast(server.address, silentLog, { role: 'test' });
  const id = await openExample(client, 'ports-of-occitanie.json');
  client.disconnect();
  expect(await server.release()).toBe('stopped');

  const { code, stdout } = await own.run('status', id, '--json');
  expect({ code, facts: JSON.parse(stdout) }).toMatchObject({ code: 0, facts: { batch: id, tasks: 12 } });
  const after = await startPrivateRedis({ dir, log: silentLog, searchPath: process.env.PATH });
  expect(after.startedHere).toBe(true);
  await after.release();
  await own.close();
});

test('a watch ends at once at Ctrl-C, and outlives a Redis that is restarted', async () => {
  const id = await open('ports-of-occitanie.json');
  const watch = place.start('status', id, '--watch', '--json');
  await watch.untilSays(/"queued":12/);
  await redis.restart();
  expect(await place.run('cancel', id, '--yes')).toMatchObject({ code: 0 });
  expect((await watch.ended).stdout.trim().split('\n').at(-1)).toContain('"cancelled":12');

  const other = await open('gironde-after-the-fires.json');
  const endless = place.start('status', other, '--watch');
  await endless.untilSays(/6 queued/);
  endless.kill('SIGINT');
  expect(await endless.ended).toMatchObject({ code: 130, stderr: '' });
});
