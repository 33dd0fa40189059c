import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { silentLog } from '@nightpass/core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildForChildren } from '../test-build.ts';
import { connectRedis } from './connect.ts';
import { type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from './private-redis.ts';

const built = new URL('../../dist/index.js', import.meta.url).href;

let base: string;
let dir: string;
const opened: PrivateRedis[] = [];
const children: ChildProcess[] = [];

beforeAll(() => buildForChildren());

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'nightpass-private-'));
  dir = base;
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(opened.map((redis) => redis.release()));
  const stray = opened.splice(0).filter(({ pid }) => runs(pid));
  for (const { pid } of stray) process.kill(pid, 'SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

async function start(options: Partial<PrivateRedisOptions> = {}): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ dir, log: silentLog, searchPath: process.env.PATH, ...options });
  opened.push(redis);
  return redis;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

/** Another process that starts or joins the private Redis of `dir`, prints it, and releases it at the end of its input. */
async function otherProcess(): Promise<{ pid: number; startedHere: boolean; leave(): Promise<string> }> {
  const code = `
    const { startPrivateRedis, silentLog } = await import(${JSON.stringify(built)});
    const redis = await startPrivateRedis({ dir: ${JSON.stringify(dir)}, log: silentLog, searchPath: process.env.PATH });
    console.log(JSON.stringify({ pid: redis.pid, startedHere: redis.startedHere }));
    process.stdin.resume().on('end', async () => console.log(await redis.release()));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return {
    ...JSON.parse(value),
    async leave() {
      child.stdin.end();
      return (await lines.next()).value;
    },
  };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('it is durable, listens on no port, and only its owner may use its socket', async () => {
  const redis = await start();
  const client = connectRedis(redis.address, silentLog, { role: 'test' });
  for (const [name, value] of [
    ['port', '0'],
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
    ['maxmemory-policy', 'noeviction'],
    ['hz', '100'],
    ['hash-max-listpack-value', '1024'],
    ['aof-load-truncated', 'yes'],
  ] as const) {
    expect(Object.values((await client.config('GET', name)) as object)).toContain(value);
  }
  await client.quit();
  expect(statSync(join(redis.dir, 'redis.sock')).mode & 0o777).toBe(0o700);
  expect(redis.startedHere).toBe(true);
  expect(redis.dir.endsWith('/redis')).toBe(true);
});

test('who starts it a second time joins the first', async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ pid: first.pid, startedHere: false, address: first.address });
});

test('four processes that start it at the same time end with one server', async () => {
  const processes = await Promise.all([otherProcess(), otherProcess(), otherProcess(), otherProcess()]);
  expect(new Set(processes.map(({ pid }) => pid)).size).toBe(1);
  expect(processes.filter(({ startedHere }) => startedHere)).toHaveLength(1);
  const answers = [];
  for (const process of processes) answers.push(await process.leave());
  expect(answers).toEqual(['left', 'left', 'left', 'stopped']);
});

test('the last one out stops it, and nothing of the data is lost', async () => {
  const other = await otherProcess();
  const mine = await start();
  expect(await other.leave()).toBe('left');
  const client = connectRedis(mine.address, silentLog, { role: 'test' });
  await client.set('task', 'launching');
  await client.quit();
  expect(await mine.release()).toBe('stopped');
  expect(runs(mine.pid)).toBe(false);
  expect(existsSync(join(mine.dir, 'redis.sock'))).toBe(false);

  const again = await start();
  const reader = connectRedis(again.address, silentLog, { role: 'test' });
  expect(await reader.get('task')).toBe('launching');
  await reader.quit();
});

test('it is left to those who only know its address', async () => {
  const redis = await start();
  const worker = connectRedis(redis.address.url, silentLog, { role: 'worker' });
  await worker.ping();
  expect(await redis.release()).toBe('left');
  expect(await worker.ping()).toBe('PONG');
  await worker.quit();
});

test('when all its users were killed it stays, and the next start joins it', async () => {
  const other = await otherProcess();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const mine = await start();
  expect(mine).toMatchObject({ pid: other.pid, startedHere: false });
  expect(await mine.release()).toBe('stopped');
});

test('a server killed with -9 is started again at the same address with the same data', async () => {
  const said: string[] = [];
  const redis = await start({ log: { ...silentLog, warn: (_fields, message) => said.push(message) } });
  redis.keepAlive();
  const client = connectRedis(redis.address, silentLog, { role: 'test' });
  for (let death = 0; death < 3; death++) {
    await client.set(`task-${death}`, 'running');
    const { pid } = redis;
    process.kill(pid, 'SIGKILL');
    await until(() => redis.pid !== pid);
    expect(await client.get(`task-${death}`)).toBe('running');
  }
  expect(said).toEqual(Array(3).fill('private redis died and was started again'));
  await client.quit();
  expect(await redis.release()).toBe('stopped');
});

test('two that keep it alive start one server between them', async () => {
  const [a, b] = [await start(), await start()];
  a.keepAlive();
  b.keepAlive();
  const { pid } = a;
  process.kill(pid, 'SIGKILL');
  await until(() => a.pid !== pid && b.pid !== pid);
  expect(a.pid).toBe(b.pid);
});

test('an append-only file that was cut in the middle of a write is loaded up to there', async () => {
  const redis = await start();
  const client = connectRedis(redis.address, silentLog, { role: 'test' });
  await client.set('first', '1');
  await client.set('second', '2');
  client.disconnect();
  const folder = join(redis.dir, 'appendonlydir');
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof')) ?? '';
  process.kill(redis.pid, 'SIGKILL');
  await until(() => !runs(redis.pid));
  truncateSync(join(folder, name), statSync(join(folder, name)).size - 3);
  const again = await start();
  const reader = connectRedis(again.address, silentLog, { role: 'test' });
  expect(await reader.mget('first', 'second')).toEqual(['1', null]);
  await reader.quit();
});

test('a folder too deep for a socket gets a short path, the same for everybody', async () => {
  dir = join(dir, 'a-folder-name-of-some-length/'.repeat(5));
  const mine = await start();
  expect(Buffer.byteLength(mine.address.options.path ?? '')).toBeLessThan(100);
  const other = await otherProcess();
  expect(other).toMatchObject({ pid: mine.pid, startedHere: false });
  await other.leave();
  expect(await mine.release()).toBe('stopped');
  expect(existsSync(dirname(mine.address.options.path ?? ''))).toBe(false);
});

test('a lock left by a dead process is taken over', async () => {
  const redis = await start();
  await redis.release();
  writeFileSync(join(redis.dir, 'start.lock'), JSON.stringify({ pid: process.pid, birth: 'another life', nonce: 'x' }));
  expect(await start()).toMatchObject({ startedHere: true });
});

test('a server that cannot start says why, and leaves none behind', async () => {
  await expect(start({ maxMemory: 'plenty' })).rejects.toThrow(/did not start: it ended with 1[\s\S]*maxmemory/);
});

test('a fresh one starts empty, but never empties a folder that was not made fresh', async () => {
  const first = await start({ fresh: true });
  const client = connectRedis(first.address, silentLog, { role: 'test' });
  await client.set('task', 'running');
  await expect(start({ fresh: true })).rejects.toThrow('is in use');
  await client.quit();
  await first.release();
  const second = await start({ fresh: true });
  const reader = connectRedis(second.address, silentLog, { role: 'test' });
  expect(await reader.dbsize()).toBe(0);
  await reader.quit();
  await second.release();

  rmSync(join(first.dir, 'made-fresh'));
  await expect(start({ fresh: true })).rejects.toThrow('is not emptied');
});
