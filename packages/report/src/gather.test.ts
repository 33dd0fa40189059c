import { phases } from '@nightpass/core';
import { placeHold } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { gatherReport } from './gather.ts';
import { evening, mixedNight, type TestNight, testNight, zoneOf } from './test-night.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

const clock = createClock('Europe/Paris');

async function gather({ ledger, id }: TestNight) {
  const snapshot = await gatherReport(ledger, id, { clock });
  if (!snapshot) throw new Error('no snapshot');
  return snapshot;
}

test('every task is accounted for, once, in the grid and in the counts of all and of each process', async () => {
  const snapshot = await gather(await mixedNight(server));
  expect(snapshot.counts).toMatchObject({ succeeded: 50, failed: 7, expired: 1, parked: 2, queued: 0 });
  expect(snapshot.over).toBe(true);
  expect(snapshot.grid).toHaveLength(60);
  expect(phases[snapshot.grid[7] ?? 0]).toBe('failed');
  expect(snapshot.perProcess.map(({ counts }) => counts.failed)).toEqual([1, 6]);
  expect(snapshot.perProcess.map(({ durations }) => durations?.n)).toEqual([27, 23]);
  expect(snapshot.launches).toBe(60);
  expect(snapshot.firstLaunchAtMs).toBe(evening);
});

test('failures come by family, largest first, and the grid says of each task which is its own', async () => {
  const { families, familyOf, batch } = await gather(await mixedNight(server));
  expect(families.map(({ count }) => count)).toEqual([6, 2, 1, 1]);
  expect(families[0]).toMatchObject({ text: 'out of memory on node #', shared: { process: 1 } });
  expect([...familyOf.subarray(batch.zoneCount, batch.zoneCount + 7)]).toEqual([1, 1, 1, 1, 1, 1, 0]);
  const ids = [...familyOf].filter((rank) => rank > 0);
  expect(ids).toHaveLength(10);
});

test('what is parked is listed with its reason and its remote job', async () => {
  const { parked } = await gather(await mixedNight(server));
  expect(parked).toHaveLength(2);
  expect(parked[0]).toMatchObject({ location: 'Place 12', reason: '2 jobs fit task 12', remoteJobId: 'r-12' });
});

test('a batch that is not over says what its open tasks wait for, and what holds its provider', async () => {
  const night = await testNight(server, { processes: 1, zones: Array.from({ length: 5 }, (_, i) => zoneOf(i)) });
  await night.end(0, 0, 'succeeded');
  const ref = { batchId: night.id, processIndex: 0, zoneIndex: 1 };
  await night.ledger.redis.hset(night.ledger.keys.task(ref), 'reason', 'HTTP 429: come again in 17 s');
  await placeHold(night.ledger, 'airbus', { kind: 'outage', forMs: 60_000, reason: 'it does not answer' });
  const snapshot = await gather(night);
  expect(snapshot.over).toBe(false);
  expect(snapshot.waiting).toEqual([
    { phase: 'queued', provider: 'airbus', text: '', count: 3 },
    { phase: 'queued', provider: 'airbus', text: 'http 429: come again in # s', count: 1 },
  ]);
  expect(snapshot.holds).toMatchObject([{ provider: 'airbus', kind: 'outage', toMs: undefined }]);
});

test('there is no report of a batch that is not there', async () => {
  const night = await mixedNight(server);
  expect(await gatherReport(night.ledger, 'b000000000000' as typeof night.id, { clock })).toBeUndefined();
});

test('a gathering that is called off ends', async () => {
  const night = await mixedNight(server);
  const options = { clock, signal: AbortSignal.abort(new Error('enough')) };
  await expect(gatherReport(night.ledger, night.id, options)).rejects.toThrow('enough');
});
