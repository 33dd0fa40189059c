import type { Phase } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readBatch } from '../ledger/batches.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import type { Wanted } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { beginAction, readAction, readAudit, stopAction } from './action-log.ts';
import { chooseTasks } from './choose.ts';
import { takenBackUntil } from './own-pace.ts';
import { runAction } from './run-action.ts';
import { act, bring, gridOf, never, toolsOf } from './test-acting.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** Begins a redrive of all that failed, and carries it out as a runner does, that comes by again and again. */
async function paced(it: TestLedger, perMinute: number) {
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id }, perMinute };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  await beginAction(it.ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'x' });
  /** Once, or as often as it takes so long. */
  const visit = async (forMs = 0) => {
    const endMs = performance.now() + forMs;
    while (!(await runAction(toolsOf(it), choice.id, never)) && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const changed = async () => (await readAction(it.ledger, choice.id))?.changed;
  return { id: choice.id, visit, changed };
}

async function failedBatch(zones: number): Promise<TestLedger> {
  const it = await testLedger(redis, { processes: 1, zones });
  for (let zone = 0; zone < zones; zone++) await bring(it, it.at(0, zone), 'failed');
  return it;
}

test('a redrive at a pace of its own takes back no more than that, and all in the end', async () => {
  const it = await failedBatch(9);
  // One every 200 ms.
  const redrive = await paced(it, 300);
  const begunMs = performance.now();
  await redrive.visit();
  expect(await redrive.changed()).toBe(1);
  await redrive.visit(700);
  const soFar = (await redrive.changed()) ?? 0;
  expect(soFar).toBeGreaterThanOrEqual(2);
  expect(soFar).toBeLessThanOrEqual(2 + Math.floor((performance.now() - begunMs) / 200));
  expect(await gridOf(it)).toBe('q'.repeat(soFar).padEnd(9, 'f'));
  await redrive.visit(10_000);
  expect(await readAction(it.ledger, redrive.id)).toMatchObject({
    state: 'done',
    looked: 9,
    changed: 9,
    perMinute: 300,
  });
  expect(await gridOf(it)).toBe('q'.repeat(9));
});

test('a batch that is at rest between two tasks of a paced redrive has not ended: it ends once, with the last of them', async () => {
  const it = await failedBatch(3);
  const endedAt = async () => (await readBatch(it.ledger, it.id))?.endedAtMs;
  const ends = async () =>
    (await it.ledger.redis.xrange(`${it.ledger.keys.prefix}:notices`, '-', '+')).filter(([, fields]) =>
      fields.join(' ').includes('batch-ended'),
    ).length;
  expect([await endedAt(), await ends()]).toEqual([expect.any(Number), 1]);
  const redrive = await paced(it, 300);
  for (let zone = 0; zone < 3; zone++) {
    await vi.waitUntil(async () => {
      await redrive.visit();
      return (await redrive.changed()) === zone + 1;
    }, 5_000);
    await bring(it, it.at(0, zone), 'succeeded');
    if (zone < 2) expect([await endedAt(), await ends()]).toEqual([undefined, 1]);
  }
  await redrive.visit(1_000);
  expect([await endedAt(), await ends()]).toEqual([expect.any(Number), 2]);
  expect(await it.ledger.redis.sismember(it.ledger.keys.ended, it.id)).toBe(1);
});

test('a batch ends when the redrive that kept it open is stopped', async () => {
  const it = await failedBatch(2);
  const redrive = await paced(it, 1);
  await redrive.visit();
  await bring(it, it.at(0, 0), 'succeeded');
  expect((await readBatch(it.ledger, it.id))?.endedAtMs).toBeUndefined();
  // One is left, and is due a minute after the first.
  const untilMs = (await takenBackUntil(it.ledger, it.id, 1_000)) ?? 0;
  expect(untilMs).toBe(61_000);
  await stopAction(it.ledger, redrive.id, { who: 'bert', role: 'operator', why: 'x' });
  expect((await readBatch(it.ledger, it.id))?.endedAtMs).toEqual(expect.any(Number));
  expect(await takenBackUntil(it.ledger, it.id, 1_000)).toBeUndefined();
});

test.each<[string, Phase[]]>([
  ['while one of its tasks waits', []],
  ['while it is at rest', ['succeeded']],
])(
  'a batch that is cancelled as a whole, %s, is not filled again by a redrive that was begun before',
  async (_, ends) => {
    const it = await failedBatch(3);
    const redrive = await paced(it, 300);
    await redrive.visit();
    for (const phase of ends) await bring(it, it.at(0, 0), phase);
    await act(it, { action: 'cancel', target: { kind: 'batch', batch: it.id } }, 'bert');
    const grid = await gridOf(it);
    expect(grid).toMatch(/^[cs]ff$/);
    await redrive.visit(700);
    expect(await gridOf(it)).toBe(grid);
    expect(await readAction(it.ledger, redrive.id)).toMatchObject({ state: 'stopped', changed: 1 });
    expect((await readBatch(it.ledger, it.id))?.endedAtMs).toEqual(expect.any(Number));
    const { entries } = await readAudit(it.ledger, { before: undefined, limit: 2 });
    expect(entries[1]?.fields).toMatchObject({
      actionId: redrive.id,
      outcome: 'stopped',
      who: 'bert',
      role: 'operator',
      why: `batch ${it.id} was cancelled: a test`,
    });
  },
);

test('a pace at which a redrive would take weeks is refused', async () => {
  const it = await failedBatch(200);
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id }, perMinute: 0.01 };
  await expect(chooseTasks(it.ledger, wanted, 'anna')).rejects.toThrow('200 tasks take 13 d 19 h');
});

test('what a paced redrive missed while nobody carried it out, or while its provider was held, is not made up for in a heap', async () => {
  const it = await failedBatch(9);
  const redrive = await paced(it, 60);
  await redrive.visit();
  await it.ledger.redis.hset(actionKeys(it.ledger).action(redrive.id), 'nextAt', Date.now() - 3_600_000);
  await placeHold(it.ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
  await redrive.visit();
  expect(await redrive.changed()).toBe(1);
  await liftHold(it.ledger, provider, ['person']);
  await redrive.visit();
  // Five seconds' worth, and the one that is due.
  expect(await redrive.changed()).toBe(7);
});

test('an action that is stopped leaves what is left as it is, and the audit log says who stopped it, and why', async () => {
  const it = await failedBatch(4);
  const redrive = await paced(it, 60);
  await redrive.visit();
  const bert = { who: 'bert', role: 'operator', why: 'wrong image' };
  expect(await stopAction(it.ledger, redrive.id, bert)).toBe(true);
  expect(await stopAction(it.ledger, redrive.id, bert)).toBe(false);
  await redrive.visit();
  expect(await gridOf(it)).toBe('qfff');
  expect(await readAction(it.ledger, redrive.id)).toMatchObject({ state: 'stopped', changed: 1, who: 'anna' });
  const { entries } = await readAudit(it.ledger, { before: undefined, limit: 1 });
  expect(entries[0]?.fields).toMatchObject({
    event: 'ended',
    outcome: 'stopped',
    who: 'bert',
    why: 'wrong image',
    changed: '1',
    target: `batch ${it.id}; at most 60 a minute`,
  });
});

test('a pace of its own is for a redrive, and is a number that means something', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const target = { kind: 'batch', batch: it.id } as const;
  const choosing = (action: 'redrive' | 'cancel', perMinute: number) =>
    chooseTasks(it.ledger, { action, target, perMinute }, 'anna');
  await expect(choosing('cancel', 5)).rejects.toThrow('a pace of its own means nothing to cancel');
  for (const perMinute of [0, -1, Number.NaN, 1e9])
    await expect(choosing('redrive', perMinute)).rejects.toThrow('a pace is 0.01 to 60000 tasks a minute');
});
