import { setTimeout as sleep } from 'node:timers/promises';
import { type Provider, silentLog, type TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordLaunched, recordLost, writeIntent } from './ledger/launching.ts';
import { readTasks } from './ledger/reading.ts';
import { claimDue, renewClaims, settle } from './ledger/sweeping.ts';
import type { ProviderRun } from './provider-run.ts';
import { createBatchCache } from './provider-run.ts';
import { createSearches } from './searches.ts';
import { sweepOnce } from './sweep.ts';
import { provider, type TestLedger, testLedger } from './test-ledger.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const intent = { maxInFlight: 9, launchesPerSecond: 99, orphanMs: 60_000, probe: undefined, alone: false, token: 'm' };

/** The first task's launch was lost; the second runs. */
async function oneLostOneRunning(): Promise<TestLedger> {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  for (const zone of [0, 1]) {
    await it.lock(it.at(0, zone), 'm');
    await writeIntent(it.ledger, it.at(0, zone), intent);
  }
  await recordLost(it.ledger, it.at(0, 0), { attempt: 1, inMs: 0, rule: 'lost', reason: 'no answer' });
  const job = { id: 'r-2', address: '/jobs/r-2' };
  await recordLaunched(it.ledger, it.at(0, 1), { attempt: 1, job, lookInMs: 0, rule: 'test' });
  return it;
}

function runOf(it: TestLedger, adapter: Partial<Provider>): ProviderRun {
  return {
    name: provider,
    ledger: it.ledger,
    adapter: { findsBy: 'key', ...adapter } as Provider,
    limits: {
      readsPerSecond: 1000,
      minLookMs: 10,
      maxLookMs: 1000,
      processTimeoutMs: {},
      remoteJobTimeoutMs: 1e9,
    } as unknown as ProviderRun['limits'],
    queues: { track: { updateJobProgress: async () => {} } } as unknown as ProviderRun['queues'],
    batches: createBatchCache(it.ledger),
    log: silentLog,
    random: () => 0.5,
  };
}

const phasesOf = async ({ ledger, id }: TestLedger) => {
  const ids = [0, 1].map((zone) => `${id}-0-${zone}` as TaskId);
  return (await readTasks(ledger, ids, async () => ({ zoneCount: 2 }))).map(({ phase, looks }) => ({ phase, looks }));
};

test('a search that reads for long keeps no look waiting', async () => {
  const it = await oneLostOneRunning();
  let answerSearch = () => {};
  const stuck = new Promise<void>((resolve) => {
    answerSearch = resolve;
  });
  const run = runOf(it, {
    findLaunch: async () => {
      await stuck;
      return { kind: 'found', job: { id: 'r-1', address: '/jobs/r-1' }, rule: 'found' };
    },
    look: async () => ({
      kind: 'seen',
      state: { status: 'running', word: 'RUNNING', progressPercent: undefined, message: undefined },
    }),
  });
  const searches = createSearches(run);
  await sweepOnce(run, searches, new AbortController().signal);
  expect(await phasesOf(it)).toEqual([
    { phase: 'unconfirmed', looks: 0 },
    { phase: 'running', looks: 1 },
  ]);
  expect(searches.places()).toBe(99);
  answerSearch();
  await searches.over();
  expect((await phasesOf(it))[0]?.phase).toBe('running');
});

test('a claim is renewed for as long as it is held, and not once another has made it', async () => {
  const it = await oneLostOneRunning();
  const { score, ids } = await claimDue(it.ledger, provider, 10, 1_000);
  const mine = new Map(ids.map((id) => [id, score]));
  const renewed = await renewClaims(it.ledger, provider, mine, 60_000);
  expect(new Set(renewed.kept)).toEqual(new Set(ids));
  expect(renewed.score).toBeGreaterThan(score + 50_000);
  // By its old score nobody renews it any more.
  expect((await renewClaims(it.ledger, provider, mine, 60_000)).kept).toEqual([]);
});

/** A search of 100 ms for the lost task, under a claim that is short unless renewed. @returns what settling it did. */
async function searchUnderClaim(it: TestLedger, renewEveryMs: number, meanwhile: () => Promise<unknown>) {
  const searches = createSearches(runOf(it, {}), renewEveryMs);
  const { score } = await claimDue(it.ledger, provider, 10, 30);
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 2 }));
  if (!task) throw new Error('no task');
  let settled: TaskId[] | undefined;
  searches.begin(
    task,
    score,
    () => sleep(100).then(meanwhile),
    async (_, held) => {
      const outcome = { kind: 'end', phase: 'parked', rule: 'test', reason: 'the search ended' } as const;
      settled = await settle(it.ledger, provider, held, [{ at: it.at(0, 0), outcome, fields: {} }]);
    },
  );
  await searches.over();
  return settled;
}

test('a search that outlasts its claim still settles: its claim is renewed while it lives', async () => {
  const it = await oneLostOneRunning();
  const others = () => claimDue(it.ledger, provider, 10, 60_000);
  let claimedByOthers: TaskId[] = [];
  const settled = await searchUnderClaim(it, 10, async () => {
    claimedByOthers = (await others()).ids;
  });
  expect(claimedByOthers).not.toContain(`${it.id}-0-0`);
  expect(settled).toEqual([`${it.id}-0-0`]);
});

test('what a search came to is not settled when its claim ran out and another took the task', async () => {
  const it = await oneLostOneRunning();
  const settled = await searchUnderClaim(it, 60_000, () => claimDue(it.ledger, provider, 10, 60_000));
  expect(settled).toEqual([]);
  expect((await phasesOf(it))[0]?.phase).toBe('unconfirmed');
});
