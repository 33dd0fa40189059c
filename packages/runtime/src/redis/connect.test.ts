import type { Log } from '@nightpass/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../test-redis.ts';
import { connectRedis, connectRedisFailFast } from './connect.ts';

let server: TestRedis;
let said: string[];
const log: Log = {
  debug() {},
  info: (_fields, message) => said.push(message),
  warn: (_fields, message) => said.push(message),
  error: (_fields, message) => said.push(message),
  child: () => log,
};

beforeEach(async () => {
  said = [];
  server = await startTestRedis();
});
afterEach(() => server.stop());

test('a command sent while Redis is away is carried out when it is back, and the outage is told once', async () => {
  const redis = connectRedis(server.address, log, { role: 'worker' });
  await redis.set('a', '1');
  await server.kill9();
  const answer = redis.incr('a');
  await new Promise((resolve) => redis.once('error', () => redis.once('error', resolve)));
  await server.restart();
  expect(await answer).toBe(2);
  expect(said).toEqual(['redis unreachable', 'redis back']);
  redis.disconnect();
});

test('a connection carries its role in its name', async () => {
  const redis = connectRedis(server.url, log, { role: 'sweep' });
  expect(await redis.client('GETNAME')).toBe('nightpass:sweep');
  redis.disconnect();
});

test('a fail-fast connection fails at once while Redis is away, and works again afterwards', async () => {
  const redis = await connectRedisFailFast(server.address, log, { role: 'board' });
  expect(await redis.ping()).toBe('PONG');
  const lost = new Promise((resolve) => redis.once('close', resolve));
  await server.kill9();
  await lost;
  const askedAtMs = performance.now();
  await expect(redis.ping()).rejects.toThrow();
  expect(performance.now() - askedAtMs).toBeLessThan(100);
  const back = new Promise((resolve) => redis.once('ready', resolve));
  await server.restart();
  await back;
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
});

test('a fail-fast connection to nowhere says so in time, and where', async () => {
  await server.kill9();
  const tried = connectRedisFailFast(server.address, log, { role: 'board', withinMs: 300 });
  await expect(tried).rejects.toThrow(`Redis at ${server.address.display} did not answer within 0.3 s: connect E`);
});
