import { type Phase, silentLog } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskAction, Wanted } from '../actions/action.ts';
import { beginAction } from '../actions/action-log.ts';
import { chooseTasks } from '../actions/choose.ts';
import { runAction } from '../actions/run-action.ts';
import { selectByFilter } from '../actions/select.ts';
import { cancelBatch, redriveBatch } from '../test-act.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import { readBatch, readCounts } from './batches.ts';
import { finishLaunch, recordLaunched, recordLost, requeue, writeIntent } from './launching.ts';
import { movedAtMs, readMoved, secondsOf } from './moved.ts';
import { ledgerNow, readPhase, walkGrid } from './reading.ts';
import { claimDue, settle } from './sweeping.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
const rule = { rule: 'test', reason: 'a test' };

async function intend({ ledger, at, lock }: TestLedger, token = 'mine') {
  await lock(at(0, 0), token);
  return writeIntent(ledger, at(0, 0), { ...allowed, token });
}

async function launch(it: TestLedger) {
  await intend(it);
  const job = { id: 'r-1', address: '/jobs/r-1' };
  await recordLaunched(it.ledger, it.at(0, 0), { attempt: 1, job, lookInMs: 0, rule: 'test' });
}

async function fail(it: TestLedger) {
  await intend(it);
  await finishLaunch(it.ledger, it.at(0, 0), { attempt: 1, phase: 'failed', ...rule });
}

async function act({ ledger, id }: TestLedger, action: TaskAction) {
  const wanted: Wanted = { action, target: { kind: 'tasks', tasks: [`${id}-0-0`] } };
  const choice = await chooseTasks(ledger, wanted, 'anna');
  await beginAction(ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'a test' });
  const tools = { ledger, launchQueue: () => undefined, log: silentLog };
  await runAction(tools, choice.id, new AbortController().signal);
}

const nothing = async () => undefined;
type Step = (it: TestLedger) => Promise<unknown>;

/** Each script that moves a task, restore-tasks apart: that one is in the tests of recoveries. */
const steps: [name: string, before: Step, step: Step, phase: Phase][] = [
  ['an intent', nothing, (it) => intend(it), 'launching'],
  ['an intent that finds another', (it) => intend(it), (it) => intend(it, 'next'), 'unconfirmed'],
  ['an answer', nothing, launch, 'running'],
  [
    'a lost answer',
    (it) => intend(it),
    (it) => recordLost(it.ledger, it.at(0, 0), { attempt: 1, inMs: 0, ...rule }),
    'unconfirmed',
  ],
  [
    'a launch that was not sent',
    (it) => intend(it),
    (it) => requeue(it.ledger, it.at(0, 0), { attempt: 1, sent: false, ...rule }),
    'queued',
  ],
  ['a refusal', nothing, fail, 'failed'],
  [
    'the end of a remote job',
    launch,
    async (it) => {
      const { score } = await claimDue(it.ledger, provider, 10, 60_000);
      const outcome = { kind: 'end' as const, phase: 'succeeded' as const, ...rule };
      await settle(it.ledger, provider, score, [{ at: it.at(0, 0), outcome, fields: {} }]);
    },
    'succeeded',
  ],
  ['a redrive', fail, (it) => redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'anna' }), 'queued'],
  ['a redrive by an action', fail, (it) => act(it, 'redrive'), 'queued'],
  ['a cancel by an action', nothing, (it) => act(it, 'cancel'), 'cancelled'],
  ['a park by an action', nothing, (it) => act(it, 'park'), 'parked'],
];

/** As if it had moved long ago. */
const moveBack = ({ ledger, id }: TestLedger, second: number, index = 0) =>
  ledger.redis.setrange(ledger.keys.moved(id), index * 4, Buffer.from(Uint32Array.of(second).buffer).swap32());

test.each(steps)('%s says when the task moved, and of no other task', async (_, before, step, phase) => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  await before(it);
  for (const index of [0, 1, 2]) await moveBack(it, 1_000 + index, index);
  const from = Math.floor((await ledgerNow(it.ledger)) / 1000);
  await step(it);
  const to = Math.floor((await ledgerNow(it.ledger)) / 1000);
  expect(await readPhase(it.ledger, it.at(0, 0).ref, 0)).toBe(phase);
  const [first = 0, ...others] = await readMoved(it.ledger, it.id, 0, 2);
  expect(first).toBeGreaterThanOrEqual(from);
  expect(first).toBeLessThanOrEqual(to);
  expect(others).toEqual([1_001, 1_002]);
});

test('a batch that is cancelled says of each task when', async () => {
  const it = await testLedger(redis, { processes: 2, zones: 3 });
  const from = Math.floor((await ledgerNow(it.ledger)) / 1000);
  await cancelBatch(it.ledger, it.id, { reason: 'enough' });
  expect([...(await readMoved(it.ledger, it.id, 0, 5))].every((second) => second >= from)).toBe(true);
});

test('what never moved, or moved before that was kept, is not known, and that is no error', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  expect([...(await readMoved(it.ledger, it.id, 0, 2))]).toEqual([0, 0, 0]);
  await launch(it);
  await it.ledger.redis.del(it.ledger.keys.moved(it.id));
  expect(await movedAtMs(it.ledger, it.id, [0, 2])).toEqual([undefined, undefined]);
  await moveBack(it, 7, 1);
  expect([...(await readMoved(it.ledger, it.id, 0, 2))]).toEqual([0, 7, 0]);
  expect(await movedAtMs(it.ledger, it.id, [2, 1])).toEqual([undefined, 7_000]);
});

test('trouble with the times stops no task', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await it.ledger.redis.hset(it.ledger.keys.moved(it.id), 'no', 'string');
  await launch(it);
  expect(await readPhase(it.ledger, it.at(0, 0).ref, 0)).toBe('running');
  expect(await readCounts(it.ledger, it.id)).toMatchObject({ running: 1, queued: 0 });
});

test('a span begins with the second it names, and ends before its end', () => {
  expect(secondsOf({})).toBeUndefined();
  expect(secondsOf({ movedSinceMs: 10_900 })).toEqual({ from: 10, to: Number.POSITIVE_INFINITY });
  expect(secondsOf({ movedUntilMs: 10_000 })).toEqual({ from: 1, to: 10 });
  expect(secondsOf({ movedSinceMs: 0, movedUntilMs: 10_001 })).toEqual({ from: 1, to: 11 });
});

test('a walk by time finds what an action by time chooses', async () => {
  const it = await testLedger(redis, { processes: 2, zones: 3 });
  for (const [index, second] of [500, 600, 700, 600, 0, 800].entries()) await moveBack(it, second, index);
  const batch = await readBatch(it.ledger, it.id);
  if (!batch) throw new Error('no batch');
  const walked = async (span: { movedSinceMs?: number; movedUntilMs?: number }) => {
    const indexes: number[] = [];
    for await (const { index } of walkGrid(it.ledger, batch, () => true, 0, span)) indexes.push(index);
    const chosen: number[] = [];
    for await (const { tasks } of selectByFilter(it.ledger, { batch: it.id, ...span }))
      chosen.push(...tasks.map(({ index }) => index));
    expect(chosen).toEqual(indexes);
    return indexes;
  };
  expect(await walked({})).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await walked({ movedSinceMs: 600_000 })).toEqual([1, 2, 3, 5]);
  expect(await walked({ movedUntilMs: 700_000 })).toEqual([0, 1, 3]);
  expect(await walked({ movedSinceMs: 600_000, movedUntilMs: 601_000 })).toEqual([1, 3]);
});
