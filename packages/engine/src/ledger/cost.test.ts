import type { Cost, Phase, RemoteState, TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSweep } from '../sweep/sweep.ts';
import { intended, running, runOf } from '../sweep/test-run.ts';
import { readTally } from '../tally.ts';
import { redriveBatch } from '../test-act.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import { readBatchCosts } from './cost.ts';
import { finishLaunch, recordLaunched } from './launching.ts';
import { readTasks } from './reading.ts';
import { claimDue, type Settlement, settle } from './sweeping.ts';
import { walkTasks } from './task-lines.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const zones = 3;
const manyRunning = async () => {
  const it = await testLedger(redis, { processes: 1, zones });
  for (let zone = 0; zone < zones; zone++) await running(it, zone);
  return it;
};
const taskOf = async ({ ledger, id }: TestLedger, zone = 0) =>
  (await readTasks(ledger, [`${id}-0-${zone}` as TaskId], async () => ({ zoneCount: zones })))[0];
const ending = (it: TestLedger, zone: number, cost: Cost | undefined, phase: Phase = 'succeeded'): Settlement => ({
  at: it.at(0, zone),
  outcome: { kind: 'end', phase, rule: 'test', reason: '' },
  fields: {},
  cost,
});
async function end(it: TestLedger, ...items: Settlement[]) {
  const { score } = await claimDue(it.ledger, provider, 10, 60_000);
  return { score, ended: await settle(it.ledger, provider, score, items) };
}
const euros = (amount: number): Cost => ({ amount, unit: 'EUR' });

test('what a job cost is on record with its task, in the sum of its batch and in the counter of its provider', async () => {
  const it = await manyRunning();
  await end(it, ending(it, 0, euros(12.98)), ending(it, 1, euros(0.1), 'failed'), ending(it, 2, undefined));
  expect((await taskOf(it))?.cost).toEqual({ unit: 'EUR', amount: 12.98, total: 12.98 });
  expect((await taskOf(it, 2))?.cost).toBeUndefined();
  // Of two tasks, and not of the third: that is not to say that it was free.
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 13.08, tasks: 2 }]);
  expect((await readTally(it.ledger, provider)).costs).toEqual(new Map([['EUR', 13.08]]));
});

test('a settlement that is sent again, or by a claim that another has taken over, counts nothing', async () => {
  const it = await manyRunning();
  const item = ending(it, 0, euros(5));
  const { score } = await end(it, item);
  expect(await settle(it.ledger, provider, score, [item])).toEqual([]);
  expect(await settle(it.ledger, provider, score - 1, [ending(it, 1, euros(7))])).toEqual([]);
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 5, tasks: 1 }]);
  expect((await taskOf(it))?.cost?.total).toBe(5);
  expect((await readTally(it.ledger, provider)).costs.get('EUR')).toBe(5);
});

test('a job that cost nothing has told so', async () => {
  const it = await manyRunning();
  await end(it, ending(it, 0, euros(0)));
  expect((await taskOf(it))?.cost).toEqual({ unit: 'EUR', amount: 0, total: 0 });
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 0, tasks: 1 }]);
});

test('a job that only goes on counts for nothing, whatever it has cost so far', async () => {
  const it = await manyRunning();
  await end(it, { ...ending(it, 0, euros(3)), outcome: { kind: 'again', inMs: 1_000 } });
  expect((await taskOf(it))?.cost).toBeUndefined();
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([]);
});

test('a redrive is paid for again: the last job and all of them are kept, and the task is counted once', async () => {
  const it = await manyRunning();
  await end(it, ending(it, 0, euros(2), 'failed'));
  await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'a test' });
  expect(await taskOf(it)).toMatchObject({ phase: 'queued', cost: { unit: 'EUR', amount: undefined, total: 2 } });

  await intended(it, it.at(0, 0));
  const job = { id: 'second', address: '/jobs/second' };
  await recordLaunched(it.ledger, it.at(0, 0), { attempt: 2, job, lookInMs: 0, rule: 'test' });
  await end(it, ending(it, 0, euros(2.5)));
  expect((await taskOf(it))?.cost).toEqual({ unit: 'EUR', amount: 2.5, total: 4.5 });
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 4.5, tasks: 1 }]);
});

test('units are never added to one another', async () => {
  const it = await manyRunning();
  await end(it, ending(it, 0, euros(2)), ending(it, 1, { amount: 3, unit: 'CPU hours: fast' }));
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([
    { provider, unit: 'CPU hours: fast', total: 3, tasks: 1 },
    { provider, unit: 'EUR', total: 2, tasks: 1 },
  ]);
});

test('a launch that ran at once tells its cost with its end, once', async () => {
  const it = await testLedger(redis, { processes: 1, zones });
  const at = it.at(0, 0);
  await intended(it, at);
  const finish = () =>
    finishLaunch(it.ledger, at, { attempt: 1, phase: 'succeeded', rule: 'sync', reason: '', cost: euros(1.5) });
  expect(await finish()).toEqual(['ended']);
  expect(await finish()).toEqual(['moved', 'succeeded']);
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 1.5, tasks: 1 }]);
});

test('the look that sees the end tells the cost, and accounts of many tasks have it', async () => {
  const it = await manyRunning();
  const state: RemoteState = { status: 'succeeded', word: 'finished', progressPercent: 100, message: undefined };
  const adapter = { look: async () => ({ kind: 'seen' as const, state: { ...state, cost: euros(4) } }) };
  await createSweep(runOf(it, adapter)).once(new AbortController().signal);
  const place = { id: it.id, zoneCount: zones, taskCount: zones };
  for await (const page of walkTasks(it.ledger, place, () => true)) {
    expect(page.map(({ cost }) => cost)).toEqual(Array(3).fill({ unit: 'EUR', amount: 4, total: 4 }));
  }
  expect(await readBatchCosts(it.ledger, it.id)).toEqual([{ provider, unit: 'EUR', total: 12, tasks: 3 }]);
});
