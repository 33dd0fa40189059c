import type { Limits } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provider, testLedger } from '../test-ledger.ts';
import { readSlot } from './read-slot.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const limits = { launchesPerSecond: 10, readsPerSecond: 20, maxInFlight: 5 } as Limits;

/** Nothing of this process goes on meanwhile, as on a host that is suspended. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('reads that waited while their process stood still are not all sent when it goes on', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  const run = { ledger, name: provider, limits };
  const sentMs: number[] = [];
  const reads = Array.from({ length: 40 }, async () => {
    expect(await readSlot(run, new AbortController().signal)).toBeUndefined();
    sentMs.push(performance.now());
  });
  while (sentMs.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  standStill(900);
  await Promise.all(reads);
  const most = Math.max(...sentMs.map((from) => sentMs.filter((ms) => ms >= from && ms < from + 1_000).length));
  // Twenty in their time, two that are less than 100 ms late, and one at the edge.
  expect(most).toBeLessThanOrEqual(23);
});
