import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { processBirth } from './redis/process-birth.ts';
import { buildForChildren } from './test-build.ts';
import { startTestRedis, type TestRedis } from './test-redis.ts';

beforeAll(() => buildForChildren());

let redis: TestRedis | undefined;
afterEach(async () => {
  await redis?.stop();
  redis = undefined;
});

test('a test gets a Redis of its own that listens on no port', async () => {
  redis = await startTestRedis();
  const other = await startTestRedis();
  try {
    expect(other.url).not.toBe(redis.url);
    expect(await redis.client().config('GET', 'port')).toContain('0');
  } finally {
    await other.stop();
  }
});

test('what was written before a kill -9 is there after the restart, at the same address, for the same clients', async () => {
  redis = await startTestRedis();
  const client = redis.client();
  await client.set('task', 'launching');
  const before = redis.pid;
  await redis.kill9();
  await redis.restart();
  expect(redis.pid).not.toBe(before);
  expect(await client.get('task')).toBe('launching');
});

test('after stop nothing is left of it', async () => {
  redis = await startTestRedis();
  const { dir, pid } = redis;
  await redis.stop();
  expect(existsSync(dir)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow();
});

test('a test may ask for the wrong settings', async () => {
  redis = await startTestRedis({ settings: { appendonly: 'no' } });
  expect(await redis.client().info('persistence')).toContain('aof_enabled:0');
});

test('what a killed test run left behind is removed by the next', async () => {
  const code = `
    const { startTestRedis } = await import(${JSON.stringify(new URL('../dist/test-redis.js', import.meta.url).href)});
    const { pid, dir } = await startTestRedis();
    console.log(JSON.stringify({ pid, dir }));`;
  const run = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(run, 'exit');
  const [line] = await once(createInterface({ input: run.stdout }), 'line');
  const left = JSON.parse(line) as { pid: number; dir: string };
  run.kill('SIGKILL');
  await ended;
  expect(processBirth(left.pid)).toBeDefined();
  redis = await startTestRedis();
  expect(processBirth(left.pid)).toBeUndefined();
  expect(existsSync(left.dir)).toBe(false);
});
