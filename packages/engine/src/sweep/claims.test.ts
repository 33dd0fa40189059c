import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordLost } from '../ledger/launching.ts';
import { readTasks } from '../ledger/reading.ts';
import { claimDue, renewClaims, settle } from '../ledger/sweeping.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import { createClaims } from './claims.ts';
import { createSweep } from './sweep.ts';
import { intended, running, runOf } from './test-run.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** The first task's launch was lost; the second runs. */
async function oneLostOneRunning(): Promise<TestLedger> {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  await intended(it, it.at(0, 0));
  await recordLost(it.ledger, it.at(0, 0), { attempt: 1, inMs: 0, rule: 'lost', reason: 'no answer' });
  await running(it, 1);
  return it;
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
      return { kind: 'found', job: { id: 'lost-1', address: '/jobs/lost-1' }, rule: 'found' };
    },
    look: async () => ({
      kind: 'seen',
      state: { status: 'running', word: 'RUNNING', progressPercent: undefined, message: undefined },
    }),
  });
  const sweep = createSweep(run);
  await sweep.once(new AbortController().signal);
  expect(await phasesOf(it)).toEqual([
    { phase: 'unconfirmed', looks: 0 },
    { phase: 'running', looks: 1 },
  ]);
  answerSearch();
  await sweep.over();
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

/** Work of 100 ms on the lost task, under a claim that is short unless renewed. @returns what settling it did */
async function workUnderClaim(it: TestLedger, renewEveryMs: number, meanwhile: () => Promise<unknown>) {
  const claims = createClaims(runOf(it, {}), renewEveryMs);
  const { score, ids } = await claimDue(it.ledger, provider, 10, 30);
  claims.hold(ids, score);
  await sleep(100);
  await meanwhile();
  const held = (await claims.release(ids)).get(`${it.id}-0-0` as TaskId) ?? 0;
  expect(claims.size()).toBe(0);
  const outcome = { kind: 'end', phase: 'parked', rule: 'test', reason: 'the work ended' } as const;
  return settle(it.ledger, provider, held, [{ at: it.at(0, 0), outcome, fields: {} }]);
}

test('work that outlasts its claim still settles: the claim is renewed while it lives', async () => {
  const it = await oneLostOneRunning();
  let claimedByOthers: TaskId[] = [];
  const settled = await workUnderClaim(it, 10, async () => {
    claimedByOthers = (await claimDue(it.ledger, provider, 10, 60_000)).ids;
  });
  expect(claimedByOthers).toEqual([]);
  expect(settled).toEqual([`${it.id}-0-0`]);
});

test('what came of work is not settled when its claim ran out and another took the task', async () => {
  const it = await oneLostOneRunning();
  const settled = await workUnderClaim(it, 60_000, () => claimDue(it.ledger, provider, 10, 60_000));
  expect(settled).toEqual([]);
  expect((await phasesOf(it))[0]?.phase).toBe('unconfirmed');
});
