import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testLedger } from '../test-ledger.ts';
import { readBatch } from './batches.ts';
import { walkTasks, walkZones } from './task-lines.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

async function ledgerOf(size: { processes: number; zones: number }) {
  const it = await testLedger(server, size);
  const batch = await readBatch(it.ledger, it.id);
  if (!batch) throw new Error('no batch');
  return { ...it, batch };
}

test.each([
  { processes: 1, zones: 2345 },
  { processes: 3, zones: 1001 },
  { processes: 2500, zones: 3 },
  { processes: 1, zones: 1 },
])('a walk by zones tells each zone once, with each of its tasks in order: %o', async (size) => {
  const { ledger, batch } = await ledgerOf(size);
  let next = 0;
  for await (const page of walkZones(ledger, batch)) {
    for (const { zone, zoneIndex, tasks } of page) {
      expect(zoneIndex).toBe(next);
      expect(zone.location).toBe(`Place ${next}`);
      expect(tasks.map((task) => [task.processIndex, task.zoneIndex, task.index])).toEqual(
        Array.from({ length: size.processes }, (_, process) => [process, next, process * size.zones + next]),
      );
      next += 1;
    }
  }
  expect(next).toBe(size.zones);
});

test('a walk by tasks tells those that are wanted, in the order of the grid, and what the ledger keeps of each', async () => {
  const { ledger, batch, at } = await ledgerOf({ processes: 2, zones: 1500 });
  await ledger.redis.set(ledger.keys.grid(batch.id), 'sf'.repeat(1500));
  const { ref } = at(1, 1);
  const fields = {
    attempt: 3,
    drive: 2,
    intentAt: 5,
    launchedAt: 6,
    endedAt: 7,
    remoteId: 'r',
    rule: 'x',
    reason: 'no',
  };
  await ledger.redis.hset(ledger.keys.task(ref), fields);
  const seen: number[] = [];
  for await (const page of walkTasks(ledger, batch, (phase) => phase === 'failed')) {
    expect(page.length).toBeGreaterThan(0);
    for (const line of page) {
      seen.push(line.index);
      if (line.index !== at(1, 1).index) continue;
      expect(line).toEqual({
        ...ref,
        id: `${batch.id}-1-1`,
        index: 1501,
        phase: 'failed',
        attempt: 3,
        drive: 2,
        intentAtMs: 5,
        launchedAtMs: 6,
        endedAtMs: 7,
        remoteJobId: 'r',
        rule: 'x',
        reason: 'no',
      });
    }
  }
  expect(seen).toEqual(Array.from({ length: 1500 }, (_, i) => 2 * i + 1));
});

test('a zone that the ledger has lost is no silence: the walk says which', async () => {
  const { ledger, batch } = await ledgerOf({ processes: 1, zones: 10 });
  await ledger.redis.hdel(ledger.keys.zones(batch.id), '7');
  const walk = async () => {
    for await (const _ of walkZones(ledger, batch));
  };
  await expect(walk()).rejects.toThrow('the ledger has lost zone 7');
});
