import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBatch, readCounts } from '../ledger/batches.ts';
import { requeue, writeIntent } from '../ledger/launching.ts';
import { redriveBatch } from '../test-act.ts';
import { provider, testLedger } from '../test-ledger.ts';
import type { Wanted } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { beginAction, readAction, readAudit } from './action-log.ts';
import { chooseTasks } from './choose.ts';
import { runAction } from './run-action.ts';
import { act, bring, gridOf, never, taskOf, toolsOf } from './test-acting.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

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
  await runAction(toolsOf(it), choice.id, never);
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
  await runAction(toolsOf(it), choice.id, never);
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
  const tools = toolsOf(it);
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
