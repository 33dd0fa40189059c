import type { TaskId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSummary } from '../overview.ts';
import { placeHold } from '../pacing/holds.ts';
import { cancelBatch, redriveBatch } from '../test-act.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import { readBatch, readCounts } from './batches.ts';
import { finishLaunch, recordLaunched, recordLost, requeue, type TaskPlace, writeIntent } from './launching.ts';
import { readPhase, readTasks, walkGrid } from './reading.ts';
import { claimDue, settle } from './sweeping.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const allowed = { maxInFlight: 100, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
const job = (id: string) => ({ id, address: `/jobs/${id}` });

async function intend({ ledger, lock }: TestLedger, at: TaskPlace, token = 'mine') {
  await lock(at, token);
  return writeIntent(ledger, at, { ...allowed, token });
}

async function launchedAs(it: TestLedger, at: TaskPlace, remoteId: string) {
  await intend(it, at);
  return recordLaunched(it.ledger, at, { attempt: 1, job: job(remoteId), lookInMs: 0, rule: 'test' });
}

async function phases({ ledger, id }: TestLedger) {
  const batch = await readBatch(ledger, id);
  let text = '';
  if (batch) for await (const task of walkGrid(ledger, batch, () => true)) text += `${task.phase} `;
  return text.trim().split(' ');
}

/** The counters are what the grid says: the invariant of every script. */
async function expectCountersExact(it: TestLedger) {
  const counted: Record<string, number> = {};
  for (const phase of await phases(it)) counted[phase] = (counted[phase] ?? 0) + 1;
  const counts = Object.fromEntries(Object.entries(await readCounts(it.ledger, it.id)).filter(([, n]) => n !== 0));
  expect(counts).toEqual(counted);
}

test('only the holder of the lock of the queue may write the intent', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await it.lock(it.at(0, 0), 'somebody else');
  expect(await writeIntent(it.ledger, it.at(0, 0), { ...allowed, token: 'mine' })).toEqual({ kind: 'lostLock' });
  expect(await readPhase(it.ledger, it.at(0, 0).ref, 0)).toBe('queued');
});

test('an intent that finds an earlier intent without an answer never says go: the answer counts as lost', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  expect(await intend(it, it.at(0, 0))).toMatchObject({ kind: 'go', attempt: 1 });
  expect(await intend(it, it.at(0, 0), 'next')).toEqual({ kind: 'unconfirmed' });
  expect(await intend(it, it.at(0, 0), 'third')).toEqual({ kind: 'unconfirmed' });
  expect(await phases(it)).toEqual(['unconfirmed']);
  expect((await claimDue(it.ledger, provider, 10, 1000)).ids).toEqual([`${it.id}-0-0`]);
  await expectCountersExact(it);
});

test('a task that runs already is not launched again', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await launchedAs(it, it.at(0, 0), 'r-1');
  expect(await intend(it, it.at(0, 0), 'again')).toEqual({ kind: 'known', phase: 'running' });
});

test('recording a launch twice changes nothing the second time', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  expect(await launchedAs(it, it.at(0, 0), 'r-1')).toEqual({ kind: 'running' });
  expect(
    await recordLaunched(it.ledger, it.at(0, 0), { attempt: 1, job: job('r-1'), lookInMs: 0, rule: 'test' }),
  ).toEqual({ kind: 'known' });
  expect(await readCounts(it.ledger, it.id)).toMatchObject({ queued: 1, running: 1, launching: 0 });
});

test('two tasks never hold one remote job', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  await launchedAs(it, it.at(0, 0), 'r-1');
  expect(await launchedAs(it, it.at(0, 1), 'r-1')).toEqual({ kind: 'claimed', by: `${it.id}-0-0` });
  expect(await phases(it)).toEqual(['running', 'launching']);
});

test('a late answer to a launch that was given up is taken, as long as nothing was sent since', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await intend(it, at);
  await recordLost(it.ledger, at, { attempt: 1, inMs: 0, rule: 'test', reason: 'timeout' });
  await requeue(it.ledger, at, { attempt: 1, sent: true, rule: 'test', reason: 'not found' });
  expect(await recordLaunched(it.ledger, at, { attempt: 1, job: job('late'), lookInMs: 0, rule: 'late' })).toEqual({
    kind: 'running',
  });
  expect(await intend(it, at)).toEqual({ kind: 'known', phase: 'running' });
});

test('a late answer to an older launch than the last is not followed, and the task says so', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await intend(it, at);
  await requeue(it.ledger, at, { attempt: 1, sent: true, rule: 'test', reason: 'not found' });
  expect(await intend(it, at)).toMatchObject({ kind: 'go', attempt: 2 });
  expect(await recordLaunched(it.ledger, at, { attempt: 1, job: job('old'), lookInMs: 0, rule: 'late' })).toEqual({
    kind: 'orphan',
    phase: 'launching',
  });
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 1 }));
  expect(task?.history.at(-1)?.text).toContain('old');
});

test('a launch that never left gives its attempt back; one that was sent does not', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await intend(it, at);
  await requeue(it.ledger, at, { attempt: 1, sent: false, rule: 'refused', reason: 'connection refused' });
  expect(await intend(it, at)).toMatchObject({ attempt: 1 });
  await requeue(it.ledger, at, { attempt: 1, sent: true, rule: 'none', reason: 'not found' });
  expect(await intend(it, at)).toMatchObject({ attempt: 2 });
});

test('no more launches go in any window than allowed, whoever asks', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 6 });
  const kinds: string[] = [];
  for (let zone = 0; zone < 6; zone++) {
    await it.lock(it.at(0, zone), 'mine');
    kinds.push(
      (await writeIntent(it.ledger, it.at(0, zone), { ...allowed, launchesPerSecond: 4, token: 'mine' })).kind,
    );
  }
  expect(kinds).toEqual(['go', 'go', 'go', 'go', 'wait', 'wait']);
});

test('a held provider launches nothing, and a full one neither', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 });
  await it.lock(it.at(0, 0), 'mine');
  expect(await writeIntent(it.ledger, it.at(0, 0), { ...allowed, maxInFlight: 0, token: 'mine' })).toEqual({
    kind: 'full',
  });
  await placeHold(it.ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
  expect(await intend(it, it.at(0, 0))).toEqual({ kind: 'held' });
  await expectCountersExact(it);
});

test('after the deadline of a batch its queued tasks expire instead of being launched', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 }, { deadlineMs: 1 });
  expect(await intend(it, it.at(0, 0))).toEqual({ kind: 'tooLate' });
  expect(await phases(it)).toEqual(['expired']);
  expect((await readSummary(it.ledger, it.id))?.batch.endedAtMs).toBeDefined();
});

test('only the holder of the claim settles; an end is counted once', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  await launchedAs(it, at, 'r-1');
  const first = await claimDue(it.ledger, provider, 10, 1_000_000);
  // The first sweep is believed dead: its claim has run out.
  await it.ledger.redis.zadd(it.ledger.keys.provider(provider).due, 0, `${it.id}-0-0`);
  const second = await claimDue(it.ledger, provider, 10, 1_000_001);
  const end = [
    {
      at,
      outcome: { kind: 'end' as const, phase: 'succeeded' as const, rule: 'test', reason: '' },
      fields: {},
    },
  ];
  expect(await settle(it.ledger, provider, first.score, end)).toEqual([]);
  expect(await settle(it.ledger, provider, second.score, end)).toEqual([`${it.id}-0-0`]);
  expect(await settle(it.ledger, provider, second.score, end)).toEqual([]);
  expect(await readCounts(it.ledger, it.id)).toMatchObject({ succeeded: 1, running: 0 });
  expect(await it.ledger.redis.scard(it.ledger.keys.provider(provider).inflight)).toBe(0);
});

test('a batch ends once, when nothing in it can still happen; a redrive opens it again', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  for (const zone of [0, 1]) {
    await intend(it, it.at(0, zone));
    expect(await it.ledger.redis.smembers(it.ledger.keys.ended)).toEqual([]);
    await finishLaunch(it.ledger, it.at(0, zone), {
      attempt: 1,
      phase: zone ? 'parked' : 'failed',
      rule: 'test',
      reason: 'no',
    });
  }
  expect(await it.ledger.redis.smembers(it.ledger.keys.ended)).toEqual([it.id]);
  expect(await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'a test' })).toBe(1);
  expect(await it.ledger.redis.smembers(it.ledger.keys.ended)).toEqual([]);
  expect((await readBatch(it.ledger, it.id))?.endedAtMs).toBeUndefined();
  await expectCountersExact(it);
});

test('a redrive never touches what succeeded or still runs', async () => {
  const it = await testLedger(redis, { processes: 2, zones: 2 });
  await launchedAs(it, it.at(0, 0), 'r-1');
  await launchedAs(it, it.at(0, 1), 'r-2');
  const claim = await claimDue(it.ledger, provider, 1, 60_000);
  await settle(it.ledger, provider, claim.score, [
    {
      at: it.at(0, 0),
      outcome: { kind: 'end', phase: 'succeeded', rule: 'test', reason: '' },
      fields: {},
    },
  ]);
  await intend(it, it.at(1, 0));
  await finishLaunch(it.ledger, it.at(1, 0), { attempt: 1, phase: 'failed', rule: 'test', reason: 'no' });
  const before = await phases(it);
  expect(
    await redriveBatch(it.ledger, it.id, { phases: ['failed', 'expired', 'cancelled', 'parked'], who: 'a test' }),
  ).toBe(1);
  expect(before).toEqual(['succeeded', 'running', 'failed', 'queued']);
  expect(await phases(it)).toEqual(['succeeded', 'running', 'queued', 'queued']);
  await expectCountersExact(it);
});

test('a redrive of what succeeded or runs takes nothing, even when asked for', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  await launchedAs(it, it.at(0, 0), 'r-1');
  expect(await redriveBatch(it.ledger, it.id, { phases: ['running', 'succeeded'] as never, who: 'a test' })).toBe(0);
  expect(await phases(it)).toEqual(['running']);
});

test('cancelling a batch ends what is queued at once and marks the rest for the sweep', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 4 });
  await launchedAs(it, it.at(0, 0), 'r-1');
  await intend(it, it.at(0, 1));
  expect(await cancelBatch(it.ledger, it.id, { reason: 'enough' })).toEqual({ ended: 2, remote: 2 });
  expect(await phases(it)).toEqual(['running', 'launching', 'cancelled', 'cancelled']);
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 4 }));
  expect(task?.cancel).toMatchObject({ endAs: 'cancelled', reason: expect.stringContaining('enough') });
  expect(await cancelBatch(it.ledger, it.id, { reason: 'enough' })).toEqual({ ended: 0, remote: 2 });
  await expectCountersExact(it);
});

test('a reason with line breaks stays one line of the history, and a long history keeps its newest lines whole', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const at = it.at(0, 0);
  for (let attempt = 1; attempt <= 30; attempt++) {
    await intend(it, at);
    await requeue(it.ledger, at, {
      attempt,
      sent: true,
      rule: 'test',
      reason: `line one\nline two ${'é'.repeat(100)} ${attempt}`,
    });
  }
  const [task] = await readTasks(it.ledger, [`${it.id}-0-0` as TaskId], async () => ({ zoneCount: 1 }));
  expect(task?.history.at(-1)?.text).toMatch(/line one line two é+ 30$/);
  for (const line of task?.history ?? []) expect(line.atMs).toBeGreaterThan(1_700_000_000_000);
});

test('where lost launches are told apart by elimination only, none of the process is sent while one is in doubt', async () => {
  const it = await testLedger(redis, { processes: 2, zones: 2 });
  await intend(it, it.at(0, 0));
  await recordLost(it.ledger, it.at(0, 0), { attempt: 1, inMs: 0, rule: 'test', reason: 'timeout' });
  const alone = async (at: TaskPlace) => {
    await it.lock(at, 'mine');
    return writeIntent(it.ledger, at, { ...allowed, token: 'mine', alone: true });
  };
  expect(await alone(it.at(0, 1))).toEqual({ kind: 'doubt', task: `${it.id}-0-0` });
  expect(await alone(it.at(1, 0))).toMatchObject({ kind: 'go' });
  await recordLaunched(it.ledger, it.at(0, 0), { attempt: 1, job: job('found'), lookInMs: 0, rule: 'found' });
  expect(await alone(it.at(0, 1))).toMatchObject({ kind: 'go' });
});
