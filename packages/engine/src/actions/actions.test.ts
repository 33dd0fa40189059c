import { type Phase, silentLog, type TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readBatch, readCounts } from '../ledger/batches.ts';
import { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from '../ledger/launching.ts';
import { readTasks } from '../ledger/reading.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { redriveBatch } from '../test-act.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import type { Wanted } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { beginAction, readAction, readAudit, stopAction } from './action-log.ts';
import { chooseTasks } from './choose.ts';
import { takenBackUntil } from './own-pace.ts';
import { runAction } from './run-action.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const never = new AbortController().signal;

async function bring(it: TestLedger, at: TaskPlace, phase: Phase, reason = 'no such image'): Promise<void> {
  await it.lock(at, 'mine');
  const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  const intent = await writeIntent(it.ledger, at, { ...allowed, token: 'mine' });
  if (intent.kind !== 'go') throw new Error(intent.kind);
  const { attempt, intentAtMs } = intent;
  if (phase === 'unconfirmed') {
    await recordLost(it.ledger, at, { attempt, intentAtMs, inMs: 60_000, rule: 'lost', reason });
  } else if (phase === 'running') {
    const job = { id: `job-${at.index}`, address: '/jobs' };
    await recordLaunched(it.ledger, at, { attempt, job, lookInMs: 60_000, rule: 'created' });
  } else if (phase === 'failed' || phase === 'parked' || phase === 'succeeded') {
    await finishLaunch(it.ledger, at, { attempt, intentAtMs, phase, rule: 'refused', reason });
  }
}

async function act(it: TestLedger, wanted: Wanted, who = 'anna') {
  const choice = await chooseTasks(it.ledger, wanted, who);
  const begun = await beginAction(it.ledger, choice.id, { wanted, who, role: 'operator', why: 'a test' });
  await runAction({ ledger: it.ledger, launchQueue: () => undefined, log: silentLog }, choice.id, never);
  return { choice, begun, action: await readAction(it.ledger, choice.id) };
}

const gridOf = ({ ledger, id }: TestLedger) => ledger.redis.get(ledger.keys.grid(id));
const taskOf = async ({ ledger, id }: TestLedger, p: number, z: number) =>
  (await readTasks(ledger, [`${id}-${p}-${z}` as TaskId], async () => readBatch(ledger, id)))[0];

test('a redrive by error text takes back exactly what failed so, with its lineage, and nothing else', async () => {
  const it = await testLedger(redis, { processes: 2, zones: 4 });
  await bring(it, it.at(0, 0), 'failed', 'Image NOT found');
  await bring(it, it.at(0, 1), 'failed', 'quota');
  await bring(it, it.at(1, 2), 'failed', 'image not found');
  await bring(it, it.at(1, 3), 'succeeded', 'image not found');
  await bring(it, it.at(0, 2), 'running');
  const target = { kind: 'filter' as const, filter: { batch: it.id, error: 'image not' } };
  const { choice, action } = await act(it, { action: 'redrive', target });
  expect(choice).toMatchObject({ tasks: 2, matched: 2, phases: { failed: 2 }, untouched: {} });
  expect(action).toMatchObject({ state: 'done', changed: 2, looked: 2 });
  expect(await gridOf(it)).toBe('qfrqqqqs');
  const task = await taskOf(it, 0, 0);
  expect(task).toMatchObject({ phase: 'queued', drive: 2, attempt: 1 });
  expect(task?.history.at(-1)?.text).toBe(
    `queued: redriven by anna: a test (action ${choice.id.slice(0, 8)}) (was failed, attempt 1)`,
  );
});

test('a preview changes nothing, and what is begun touches what was previewed, not what came after', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  await bring(it, it.at(0, 0), 'failed');
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id } };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  expect(await gridOf(it)).toBe('fqq');
  await bring(it, it.at(0, 1), 'failed');
  await beginAction(it.ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'x' });
  await runAction({ ledger: it.ledger, launchQueue: () => undefined, log: silentLog }, choice.id, never);
  expect(await gridOf(it)).toBe('qfq');
});

test('what ended once more since it was chosen is left alone', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await bring(it, it.at(0, 0), 'failed');
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id } };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'somebody else' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await bring(it, it.at(0, 0), 'failed', 'another reason');
  await beginAction(it.ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'x' });
  await runAction({ ledger: it.ledger, launchQueue: () => undefined, log: silentLog }, choice.id, never);
  expect(await readAction(it.ledger, choice.id)).toMatchObject({ state: 'done', looked: 1, changed: 0 });
  expect(await gridOf(it)).toBe('f');
});

test('begun twice it is done once; by another, or as another, not at all', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  const wanted: Wanted = { action: 'cancel', target: { kind: 'tasks', tasks: [`${it.id}-0-0`] } };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  const by = { wanted, who: 'anna', role: 'operator', why: 'x' };
  expect(await beginAction(it.ledger, choice.id, { ...by, who: 'bert' })).toBe('other');
  const more: Wanted = { action: 'cancel', target: { kind: 'batch', batch: it.id } };
  expect(await beginAction(it.ledger, choice.id, { ...by, wanted: more })).toBe('other');
  expect(await beginAction(it.ledger, choice.id, by)).toBe('begun');
  expect(await beginAction(it.ledger, choice.id, by)).toBe('known');
  expect(await beginAction(it.ledger, '0'.repeat(32), by)).toBe('gone');
});

test('a cancel of chosen tasks leaves the rest of the batch to be launched', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 4 });
  await bring(it, it.at(0, 0), 'running');
  const tasks = [`${it.id}-0-0`, `${it.id}-0-1`, `${it.id}-0-99`, 'nonsense'];
  const { action } = await act(it, { action: 'cancel', target: { kind: 'tasks', tasks } });
  expect(action).toMatchObject({ tasks: 2, changed: 2 });
  expect(await gridOf(it)).toBe('rcqq');
  expect(await taskOf(it, 0, 0)).toMatchObject({ cancel: { endAs: 'cancelled' } });
  expect((await readBatch(it.ledger, it.id))?.cancelledAtMs).toBeUndefined();
});

test('a task that is cancelled while its launch is in the air is not launched again, should that launch not have been sent', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  const intend = async () => {
    await it.lock(it.at(0, 0), 'mine');
    return writeIntent(it.ledger, it.at(0, 0), { ...allowed, token: 'mine' });
  };
  expect(await intend()).toMatchObject({ kind: 'go' });
  const tasks = [`${it.id}-0-0`];
  await act(it, { action: 'cancel', target: { kind: 'tasks', tasks } });
  await requeue(it.ledger, it.at(0, 0), { attempt: 1, sent: false, rule: 'throttled', reason: '429' });
  expect(await intend()).toEqual({ kind: 'cancelled' });
  expect(await gridOf(it)).toBe('cq');
  expect(await taskOf(it, 0, 0)).toMatchObject({ phase: 'cancelled', reason: expect.stringContaining('by anna') });
  // Redriven, it is launched like any other.
  await act(it, { action: 'redrive', target: { kind: 'tasks', tasks } });
  expect(await intend()).toMatchObject({ kind: 'go' });
});

test('a cancel of a whole batch gives it up: nothing of it is launched any more', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  await act(it, { action: 'cancel', target: { kind: 'batch', batch: it.id } });
  expect(await gridOf(it)).toBe('ccc');
  expect(await readBatch(it.ledger, it.id)).toMatchObject({
    cancelledAtMs: expect.any(Number),
    endedAtMs: expect.any(Number),
  });
});

test('a park takes what is queued or unconfirmed, and frees its place in flight; what runs is not touched', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 4 });
  await bring(it, it.at(0, 0), 'running');
  await bring(it, it.at(0, 1), 'unconfirmed');
  const { choice } = await act(it, {
    action: 'park',
    target: { kind: 'filter', filter: { batch: it.id, zones: [0, 1, 2] } },
  });
  expect(choice).toMatchObject({ tasks: 2, untouched: { running: 1 } });
  expect(await gridOf(it)).toBe('rppq');
  const its = it.ledger.keys.provider(provider);
  expect(await it.ledger.redis.smembers(its.inflight)).toEqual([`${it.id}-0-0`]);
  expect(await it.ledger.redis.smembers(`${its.doubt}p0`)).toEqual([]);
  expect(await taskOf(it, 0, 2)).toMatchObject({ rule: 'parked-by-person' });
});

test('an action that is interrupted goes on where it was, and counts each task once', async () => {
  const it = await testLedger(redis, { processes: 3, zones: 300 });
  const wanted: Wanted = { action: 'cancel', target: { kind: 'batch', batch: it.id } };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  await beginAction(it.ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'x' });
  const tools = { ledger: it.ledger, launchQueue: () => undefined, log: silentLog };
  const stop = new AbortController();
  const half = runAction(tools, choice.id, stop.signal);
  setTimeout(() => stop.abort(), 10);
  await half;
  // Two at a time, and one of them late: still once.
  await Promise.all([runAction(tools, choice.id, never), runAction(tools, choice.id, never)]);
  await runAction(tools, choice.id, never);
  expect(await readAction(it.ledger, choice.id)).toMatchObject({ state: 'done', looked: 900, changed: 900 });
  expect(await readCounts(it.ledger, it.id)).toMatchObject({ cancelled: 900, queued: 0 });
});

test('what was done stands in the audit log, with who, why and what came of it', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const { choice } = await act(it, { action: 'pause', target: { kind: 'provider', provider } });
  expect(choice.tasks).toBe(0);
  expect(await it.ledger.redis.hget(it.ledger.keys.provider(provider).holds, 'person')).toContain('a test (anna)');
  const { entries } = await readAudit(it.ledger, { before: undefined, limit: 10 });
  expect(entries.map(({ fields }) => fields)).toMatchObject([
    { event: 'ended', outcome: 'done', who: 'anna' },
    { event: 'begun', who: 'anna', role: 'operator', why: 'a test', target: `provider ${provider}`, action: 'pause' },
  ]);
  expect(await it.ledger.redis.exists(actionKeys(it.ledger).open)).toBe(0);
});

/** Begins a redrive of all that failed, and carries it out as a runner does, that comes by again and again. */
async function paced(it: TestLedger, perMinute: number) {
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id }, perMinute };
  const choice = await chooseTasks(it.ledger, wanted, 'anna');
  await beginAction(it.ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'x' });
  const tools = { ledger: it.ledger, launchQueue: () => undefined, log: silentLog };
  const visit = async (forMs: number) => {
    for (const endMs = performance.now() + forMs; performance.now() < endMs; ) {
      if (await runAction(tools, choice.id, never)) return;
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
  await redrive.visit(1);
  expect(await redrive.changed()).toBe(1);
  await redrive.visit(700);
  const soFar = (await redrive.changed()) ?? 0;
  expect(soFar).toBeGreaterThanOrEqual(2);
  expect(soFar).toBeLessThanOrEqual(5);
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
      await redrive.visit(1);
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
  await redrive.visit(1);
  await bring(it, it.at(0, 0), 'succeeded');
  expect((await readBatch(it.ledger, it.id))?.endedAtMs).toBeUndefined();
  // One is left, and is due a minute after the first.
  const untilMs = (await takenBackUntil(it.ledger, it.id, 1_000)) ?? 0;
  expect(untilMs).toBe(61_000);
  await stopAction(it.ledger, redrive.id, { who: 'bert', role: 'operator', why: 'x' });
  expect((await readBatch(it.ledger, it.id))?.endedAtMs).toEqual(expect.any(Number));
  expect(await takenBackUntil(it.ledger, it.id, 1_000)).toBeUndefined();
});

test('a pace at which a redrive would take weeks is refused', async () => {
  const it = await failedBatch(200);
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: it.id }, perMinute: 0.01 };
  await expect(chooseTasks(it.ledger, wanted, 'anna')).rejects.toThrow('200 tasks take 13 d 19 h');
});

test('what a paced redrive missed while nobody carried it out, or while its provider was held, is not made up for in a heap', async () => {
  const it = await failedBatch(9);
  const redrive = await paced(it, 60);
  await redrive.visit(1);
  await it.ledger.redis.hset(actionKeys(it.ledger).action(redrive.id), 'nextAt', Date.now() - 3_600_000);
  await placeHold(it.ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
  await redrive.visit(50);
  expect(await redrive.changed()).toBe(1);
  await liftHold(it.ledger, provider, ['person']);
  await redrive.visit(50);
  // Five seconds' worth, and the one that is due.
  expect(await redrive.changed()).toBe(7);
});

test('an action that is stopped leaves what is left as it is, and the audit log says who stopped it, and why', async () => {
  const it = await failedBatch(4);
  const redrive = await paced(it, 60);
  await redrive.visit(1);
  const bert = { who: 'bert', role: 'operator', why: 'wrong image' };
  expect(await stopAction(it.ledger, redrive.id, bert)).toBe(true);
  expect(await stopAction(it.ledger, redrive.id, bert)).toBe(false);
  await redrive.visit(50);
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
