import { type Phase, phaseByte, taskIdOf } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBatch } from '../ledger/batches.ts';
import type { TaskPlace } from '../ledger/launching.ts';
import { type TestLedger, testLedger } from '../test-ledger.ts';
import { createFamilies } from './families.ts';
import { familiesOf, walkFailures } from './walk-failures.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

const evening = Date.parse('2026-11-22T21:10:00Z');

async function end(
  { ledger, id }: TestLedger,
  { ref, index }: TaskPlace,
  phase: Phase,
  fields: Record<string, string | number> = {},
): Promise<void> {
  await ledger.redis.setrange(ledger.keys.grid(id), index, phaseByte[phase]);
  if (Object.keys(fields).length > 0) await ledger.redis.hset(ledger.keys.task(ref), fields);
}

async function familyList(it: TestLedger) {
  const batch = await readBatch(it.ledger, it.id);
  if (!batch) throw new Error('no batch');
  return (await familiesOf(it.ledger, batch)).list();
}

test('failures of one cause are one family, with an example, what they share, and when', async () => {
  const it = await testLedger(server, { processes: 2, zones: 50 });
  for (let zone = 0; zone < 20; zone++) {
    const endedAt = evening + zone * 60_000;
    const reason = `Out of memory on node ${zone}: tile ${zone * 7}`;
    await end(it, it.at(1, zone), zone < 18 ? 'failed' : 'expired', { rule: 'remote-failed', reason, endedAt });
  }
  await end(it, it.at(0, 3), 'failed', { rule: 'http-422', reason: 'HTTP 422: no image "a"', endedAt: evening });
  await end(it, it.at(0, 4), 'succeeded', { endedAt: evening });

  const [memory, image, ...rest] = await familyList(it);
  expect(rest).toEqual([]);
  expect(memory).toMatchObject({
    rule: 'remote-failed',
    text: 'out of memory on node #: tile #',
    count: 20,
    example: { task: taskIdOf(it.at(1, 0).ref), reason: 'Out of memory on node 0: tile 0' },
    shared: { process: 1, hourAtMs: Date.parse('2026-11-22T21:00:00Z') },
    firstAtMs: evening,
    lastAtMs: evening + 19 * 60_000,
    phases: { failed: 18, expired: 2 },
  });
  expect(memory?.shared).not.toHaveProperty('imageId');
  expect(image).toMatchObject({ rule: 'http-422', count: 1, shared: {} });
});

test('what nine in ten share is told, of place and image too', async () => {
  const zone = (i: number) => ({
    id: i,
    imageId: i < 19 ? 'one-image' : 'another',
    image2Id: undefined,
    location: i < 18 ? 'Sète' : 'Agde',
    project: undefined,
    geom: { type: 'Polygon' as const, coordinates: [[[0, 0]]] },
  });
  const zones = Array.from({ length: 20 }, (_, i) => zone(i));
  const it = await testLedger(server, { processes: 1, zones: 20 }, { zones });
  for (const i of zones.keys()) await end(it, it.at(0, i), 'failed', { rule: 'r', reason: 'no', endedAt: evening });
  expect((await familyList(it))[0]?.shared).toMatchObject({ imageId: 'one-image', location: 'Sète', process: 0 });
});

test('tasks that were cancelled before they were launched have a family too, and no time', async () => {
  const it = await testLedger(server, { processes: 1, zones: 3 });
  for (let zone = 0; zone < 3; zone++) await end(it, it.at(0, zone), 'cancelled');
  expect(await familyList(it)).toMatchObject([{ rule: '', text: '', count: 3, firstAtMs: undefined }]);
});

test('a walk takes the phases that are asked for, page after page, each task once', async () => {
  const it = await testLedger(server, { processes: 3, zones: 900 });
  const { ledger, id } = it;
  await ledger.redis.set(ledger.keys.grid(id), 'f'.repeat(900) + 'p'.repeat(900) + 'sfxc'.repeat(225));
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error('no batch');
  const seen: string[] = [];
  for await (const { task } of walkFailures(ledger, batch, { phases: ['failed', 'parked', 'succeeded'] })) {
    seen.push(task.id);
  }
  expect(seen).toHaveLength(900 + 900 + 225);
  expect(new Set(seen).size).toBe(seen.length);
});

test('beyond so many families, failures are counted and no longer told apart', async () => {
  const it = await testLedger(server, { processes: 1, zones: 30 });
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  for (let zone = 0; zone < 26; zone++) {
    await end(it, it.at(0, zone), 'failed', { rule: `rule-${letters[zone]}`, reason: 'no' });
  }
  const batch = await readBatch(it.ledger, it.id);
  const families = createFamilies(10);
  if (batch) for await (const failure of walkFailures(it.ledger, batch)) families.add(failure);
  expect(families.list()).toHaveLength(10);
  expect(families.others()).toBe(16);
});
