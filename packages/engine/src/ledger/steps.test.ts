import type { TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import { nextStep, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from './launching.ts';
import { readTasks } from './reading.ts';

/** Launches that take several requests, and launches that a platform would take for one another. */

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };

async function intended(it: TestLedger, at: TaskPlace, also: { likeness?: string; launchesPerSecond?: number } = {}) {
  await it.lock(at, 'mine');
  return writeIntent(it.ledger, at, { ...allowed, ...also, token: 'mine' });
}

async function under(it: TestLedger, at: TaskPlace) {
  const intent = await intended(it, at);
  if (intent.kind !== 'go') throw new Error(intent.kind);
  return { token: 'mine', attempt: intent.attempt, intentAtMs: intent.intentAtMs, launchesPerSecond: 1000 };
}

test('what a step made is on record before the next one goes, and belongs to the attempt that made it', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  const launch = await under(it, at);
  expect(await nextStep(it.ledger, at, { ...launch, made: 'created j-1' })).toBe(0);
  const record = async () =>
    (await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 1 })))[0];
  expect((await record())?.step).toBe('created j-1');

  // Never started: the attempt comes again, and goes on from there.
  await requeue(it.ledger, at, { attempt: 1, sent: false, rule: 'full', reason: 'come again' });
  expect(await intended(it, at)).toMatchObject({ kind: 'go', attempt: 1, step: 'created j-1' });
  // Counted as sent: another attempt begins from the start.
  await requeue(it.ledger, at, { attempt: 1, sent: true, rule: 'none', reason: 'not found' });
  expect(await intended(it, at)).toMatchObject({ kind: 'go', attempt: 2, step: undefined });
  expect((await record())?.step).toBeUndefined();
});

test('a search that finds how far a launch got puts it on record for the same attempt', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await under(it, at);
  await recordLost(it.ledger, at, { attempt: 1, inMs: 0, rule: 'lost', reason: 'no answer' });
  await requeue(it.ledger, at, { attempt: 1, sent: false, step: 'j-7', rule: 'found-idle', reason: 'created only' });
  expect(await intended(it, at)).toMatchObject({ kind: 'go', attempt: 1, step: 'j-7' });
});

test('no further step goes once the launch was given up, lost its lock, or is another launch', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  const [first, second, third] = [it.at(0, 0), it.at(0, 1), it.at(0, 2)];
  const lost = await under(it, first);
  await recordLost(it.ledger, first, { attempt: 1, inMs: 0, rule: 'lost', reason: 'no answer' });
  expect(await nextStep(it.ledger, first, { ...lost, made: 'x' })).toBeUndefined();

  const unlocked = await under(it, second);
  await it.lock(second, 'somebody else');
  expect(await nextStep(it.ledger, second, { ...unlocked, made: 'x' })).toBeUndefined();

  const old = await under(it, third);
  expect(await nextStep(it.ledger, third, { ...old, intentAtMs: old.intentAtMs - 1, made: 'x' })).toBeUndefined();
  expect(await nextStep(it.ledger, third, { ...old, made: undefined })).toBe(0);
});

test('a second request of a launch counts in the window of launches like a first', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  const slow = { launchesPerSecond: 2 };
  await intended(it, it.at(0, 0), slow);
  const second = await intended(it, it.at(0, 1), slow);
  if (second.kind !== 'go') throw new Error(second.kind);
  const next = () => nextStep(it.ledger, it.at(0, 1), { ...second, ...slow, token: 'mine', made: 'half' });
  const waitMs = await next();
  await next();
  const [task] = await readTasks(it.ledger, [`${it.id}-0-1` as TaskId], async () => ({ zoneCount: 3 }));
  expect(task?.history.filter(({ text }) => text === 'begun: half')).toHaveLength(1);
  expect(waitMs).toBeGreaterThan(900);
  expect(waitMs).toBeLessThanOrEqual(1000);
  expect((await intended(it, it.at(0, 2), slow)).kind).toBe('wait');
});

test('of launches that would be taken for one, one is out at a time, and none while one is in doubt', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  const [first, second, other] = [it.at(0, 0), it.at(0, 1), it.at(0, 2)];
  expect((await intended(it, first, { likeness: 'same' })).kind).toBe('go');
  expect(await intended(it, second, { likeness: 'same' })).toEqual({ kind: 'doubt', task: `${it.id}-0-0` });
  expect((await intended(it, other, { likeness: 'another' })).kind).toBe('go');
  await recordLost(it.ledger, first, { attempt: 1, inMs: 0, rule: 'lost', reason: 'no answer' });
  expect(await intended(it, second, { likeness: 'same' })).toMatchObject({ kind: 'doubt' });
  const job = { id: 'r-1', address: '/jobs/r-1' };
  await recordLaunched(it.ledger, first, { attempt: 1, job, lookInMs: 0, rule: 'found' });
  expect((await intended(it, second, { likeness: 'same' })).kind).toBe('go');
  expect(await it.ledger.redis.pttl(`${it.ledger.keys.provider(provider).likeness}same`)).toBeGreaterThan(0);
});
