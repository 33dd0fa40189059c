import type { Provider, ResultLink, TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchTurn } from './launch/launch-turn.ts';
import { readTasks } from './ledger/reading.ts';
import { storedResults } from './ledger/task-results.ts';
import { placeHold } from './pacing/holds.ts';
import type { ProviderRun } from './provider-run.ts';
import { type Asker, askOffers, knownOffers, openResult } from './results.ts';
import { running, runOf } from './sweep/test-run.ts';
import { provider, type TestLedger, testLedger } from './test-ledger.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const link: ResultLink = { name: 'a', href: '/a', type: undefined, sizeBytes: undefined, sha256: undefined };
const never = new AbortController().signal;
const state = { status: 'succeeded' as const, word: 'DONE', progressPercent: 100, message: undefined };

async function taskOf(it: TestLedger) {
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 1 }));
  if (!task) throw new Error('no task');
  return task;
}

async function ran(adapter: Partial<Provider>): Promise<{ it: TestLedger; asker: Asker }> {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await running(it, 0);
  return { it, asker: runOf(it, adapter) };
}

test('a launch that ran at once keeps what it offers', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await it.lock(at, 'mine');
  const adapter: Partial<Provider> = {
    launch: async () => ({ kind: 'done', state: { ...state, results: [link] }, rule: 'sync' }),
  };
  const quiet = runOf(it, adapter);
  const run: ProviderRun = {
    ...quiet,
    limits: { ...quiet.limits, launchesPerSecond: 1000, maxInFlight: 10 },
    queues: { track: { add: async () => {}, getJob: async () => undefined } } as unknown as ProviderRun['queues'],
  };
  await launchTurn(run, at.ref, 'mine', { stop: never, giveUp: never });
  const task = await taskOf(it);
  expect(task).toMatchObject({ phase: 'succeeded', results: [link] });
  expect(knownOffers(task)).toEqual({ kind: 'offers', links: [link] });
});

test('a platform that tells results apart is asked for them, and the answer is kept', async () => {
  const { it, asker } = await ran({ results: async () => ({ kind: 'results', links: [link] }) });
  expect(knownOffers(await taskOf(it))).toBeUndefined();
  expect(await askOffers(asker, await taskOf(it), never)).toEqual({ kind: 'offers', links: [link] });
  expect(knownOffers(await taskOf(it))).toEqual({ kind: 'offers', links: [link] });
});

test('one that says it with the state is looked at; one that does not say it is told', async () => {
  const seen = await ran({ look: async () => ({ kind: 'seen', state: { ...state, results: [link] } }) });
  expect(await askOffers(seen.asker, await taskOf(seen.it), never)).toMatchObject({ kind: 'offers' });
  const silent = await ran({ look: async () => ({ kind: 'seen', state }) });
  expect(await askOffers(silent.asker, await taskOf(silent.it), never)).toMatchObject({ kind: 'unknown' });
  const gone = await ran({ look: async () => ({ kind: 'missing', reason: 'removed' }) });
  expect(await askOffers(gone.asker, await taskOf(gone.it), never)).toMatchObject({
    reason: 'the platform has no such job: removed',
  });
});

test('what was too much to be kept is asked for again, where there is a job to ask', async () => {
  const { it } = await ran({});
  const many = Array.from({ length: 60 }, (_, n) => ({ ...link, name: `r${n}` }));
  await it.ledger.redis.hset(it.ledger.keys.task(it.at(0, 0).ref), { results: storedResults(many) });
  expect(knownOffers(await taskOf(it))).toBeUndefined();
  await it.ledger.redis.hdel(it.ledger.keys.task(it.at(0, 0).ref), 'remoteId');
  expect(knownOffers(await taskOf(it))).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('10 of 60') });
});

test('reading keeps the pace that the workers share, and a held provider is not asked', async () => {
  let opened = 0;
  const { it, asker } = await ran({
    open: async (_, __, { readSlot }) => {
      opened += 1;
      await readSlot();
      return { kind: 'gone', reason: 'x' };
    },
  });
  const slow = { ...asker, limits: { ...asker.limits, readsPerSecond: 20 } };
  const startMs = performance.now();
  await Promise.all([1, 2, 3].map(() => openResult(slow, link, { byte: 0, etag: undefined }, never)));
  // Six requests, twenty a second.
  expect(performance.now() - startMs).toBeGreaterThan(240);
  await placeHold(it.ledger, provider, { kind: 'outage', forMs: 60_000, reason: 'no answer' });
  expect(await openResult(asker, link, { byte: 0, etag: undefined }, never)).toEqual({
    kind: 'notSent',
    rule: 'no-slot',
    reason: `provider ${provider} is held (outage): no answer`,
  });
  expect(opened).toBe(3);
});
