import { readBatchCosts, readCounts } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { redriveBatch } from '../../../packages/engine/src/test-act.ts';
import { newLedger, openBatchOf, type Platform, startPlatform } from './test-kinds.ts';
import { until } from './test-night.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const platforms: Platform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0)) await platform.close();
});

test('a night on two platforms that bill ends with the sum that each of them charged, and a redrive adds its own', async () => {
  const ledger = newLedger(redis);
  const zones = 8;
  const openeo = await startPlatform(redis, ledger, 'openeo', {
    behaviour: { like: 'vito', jobSeconds: 0.2, costPerJob: 2.5, failPercent: 100 },
    config: { statusLagSeconds: 0 },
  });
  const insula = await startPlatform(redis, ledger, 'desp-insula', {
    behaviour: { jobSeconds: 0.2, wallet: { balance: 1000, costPerJob: 3 } },
  });
  platforms.push(openeo, insula);
  const id = await openBatchOf(ledger, ['openeo', 'desp-insula'], zones);
  const ended = async () => {
    const { succeeded, failed } = await readCounts(ledger, id);
    return succeeded + failed === 2 * zones;
  };
  await until(ended, 60_000);
  const ofInsula = { provider: 'desp-insula', unit: 'credits', total: 3 * zones, tasks: zones };
  const ofOpenEo = { provider: 'openeo', unit: 'credits', total: 2.5 * zones, tasks: zones };
  expect(await readBatchCosts(ledger, id)).toEqual([ofInsula, ofOpenEo]);

  openeo.simulator.setBehaviour({ failPercent: 0 });
  expect(await redriveBatch(ledger, id, { phases: ['failed'], who: 'a test' })).toBe(zones);
  await until(async () => (await readCounts(ledger, id)).succeeded === 2 * zones, 60_000);
  expect(await readBatchCosts(ledger, id)).toEqual([ofInsula, { ...ofOpenEo, total: 5 * zones }]);
});
