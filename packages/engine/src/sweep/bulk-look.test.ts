import type { LookManyAnswer, Provider, RemoteState, TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCounts } from '../ledger/batches.ts';
import { readTasks } from '../ledger/reading.ts';
import { type TestLedger, testLedger } from '../test-ledger.ts';
import { createSweep } from './sweep.ts';
import { running, runOf } from './test-run.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const state = (status: RemoteState['status']): RemoteState => ({
  status,
  word: status,
  progressPercent: undefined,
  message: undefined,
});

async function manyRunning(zones: number): Promise<TestLedger> {
  const it = await testLedger(redis, { processes: 1, zones });
  for (let zone = 0; zone < zones; zone++) await running(it, zone);
  return it;
}

/** Counts what is asked; every job runs, unless the list says otherwise. */
function platform(list: (ids: string[]) => LookManyAnswer) {
  const asked = { lists: 0, singly: [] as string[] };
  const adapter: Partial<Provider> = {
    async lookMany(jobs) {
      asked.lists++;
      return list(jobs.map(({ id }) => id));
    },
    async look({ id }) {
      asked.singly.push(id);
      return { kind: 'seen', state: state('running') };
    },
  };
  return { asked, adapter };
}

const never = new AbortController().signal;

test('one list answers for all that it shows, and only the others are asked for themselves', async () => {
  const it = await manyRunning(12);
  const { asked, adapter } = platform((ids) => ({
    kind: 'listed',
    requests: 1,
    seen: new Map(ids.slice(0, 10).map((id, i) => [id, state(i < 4 ? 'succeeded' : 'running')])),
  }));
  await createSweep(runOf(it, adapter)).once(never);
  expect(asked.lists).toBe(1);
  expect(asked.singly).toHaveLength(2);
  expect(await readCounts(it.ledger, it.id)).toMatchObject({ succeeded: 4, running: 8 });
});

test('a list that takes more requests than there are jobs to look at is not asked for', async () => {
  const it = await manyRunning(3);
  const { asked, adapter } = platform((ids) => ({
    kind: 'listed',
    requests: 5,
    seen: new Map(ids.map((id) => [id, state('running')])),
  }));
  const sweep = createSweep(runOf(it, adapter));
  await sweep.once(never);
  expect(asked).toEqual({ lists: 1, singly: [] });
  const due = (zone: number) => it.ledger.redis.zadd(it.ledger.keys.provider('airbus').due, 0, `${it.id}-0-${zone}`);
  for (const zone of [0, 1, 2]) await due(zone);
  await sweep.once(never);
  expect(asked.lists).toBe(1);
  expect(asked.singly).toHaveLength(3);
});

test('a platform that refuses its list is looked at singly', async () => {
  const it = await manyRunning(5);
  const { asked, adapter } = platform(() => ({
    kind: 'rejected',
    rule: 'no-list',
    status: 501,
    reason: 'no list here',
  }));
  await createSweep(runOf(it, adapter)).once(never);
  expect([asked.lists, asked.singly.length]).toEqual([1, 5]);
});

test('a list that fails in passing is a look that failed for all of them, and none is asked for itself', async () => {
  const it = await manyRunning(5);
  const { asked, adapter } = platform(() => ({ kind: 'ambiguous', rule: 'http-502', reason: 'bad gateway' }));
  await createSweep(runOf(it, adapter)).once(never);
  expect([asked.lists, asked.singly.length]).toEqual([1, 0]);
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 5 }));
  expect(task).toMatchObject({ phase: 'running', failedLooks: 1 });
});
