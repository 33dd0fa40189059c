import { type TaskId, taskIdOf } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerContext } from '../ledger/context.ts';
import { finishLaunch, recordLaunched, requeue, type TaskPlace, writeIntent } from '../ledger/launching.ts';
import { claimDue, settle } from '../ledger/sweeping.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { countAnswer, countTrouble } from '../pacing/troubles.ts';
import { cancelBatch, redriveBatch } from '../test-act.ts';
import { provider, type TestLedger, testLedger } from '../test-ledger.ts';
import type { Notice } from './notice.ts';
import { noticeKeys } from './notice-keys.ts';
import { readNotices } from './notice-log.ts';
import { writeMessage } from './notice-text.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const notices = async (ledger: LedgerContext): Promise<Notice[]> =>
  (await readNotices(ledger, '0', 1000)).map(({ id, notice }) => {
    if (!notice) throw new Error(`notice ${id} cannot be read`);
    return notice;
  });
const kinds = async (ledger: LedgerContext) => (await notices(ledger)).map(({ kind }) => kind);
const textOf = (notice: Notice | undefined) => (notice ? writeMessage([notice], {}).text : '');

async function launch(it: TestLedger, at: TaskPlace) {
  await it.lock(at, 'token');
  return writeIntent(it.ledger, at, {
    token: 'token',
    maxInFlight: 10_000,
    launchesPerSecond: 1000,
    orphanMs: 60_000,
    probe: undefined,
    alone: false,
  });
}

async function fail(it: TestLedger, at: TaskPlace, attempt = 1) {
  await launch(it, at);
  return finishLaunch(it.ledger, at, { attempt, phase: 'failed', rule: 'bad-request', reason: 'no' });
}

const outage = { kind: 'outage', forMs: undefined, reason: 'connection refused' } as const;

test('a hold that 1,000 tasks hit from two workers at once is told once', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  const other = { ...ledger, redis: redis.client() };
  const placed = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => placeHold(i % 2 ? ledger : other, provider, outage)),
  );
  expect(placed.filter((it) => it === 'new')).toHaveLength(1);
  expect(await kinds(ledger)).toEqual(['provider-held']);
});

const trouble = { reason: 'ECONNRESET', probeEveryMs: 60_000 };

test('what the breaker holds and an answer releases is told in words that say what to do', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  await Promise.all(Array.from({ length: 50 }, () => countTrouble(ledger, provider, trouble)));
  await Promise.all(Array.from({ length: 50 }, () => countAnswer(ledger, provider)));
  const [held, released, ...more] = await notices(ledger);
  expect(more).toEqual([]);
  expect(textOf(held)).toMatch(
    /^airbus is held since \d\d:\d\d \([+-]\d\d:\d\d\): it does not answer\nReason: 5 answers in a row failed, the last: ECONNRESET\n.*\nOne request is tried at /,
  );
  expect(textOf(released)).toMatch(/^airbus goes on since \d\d:\d\d \(.*\): its hold is over \(outage, \d s\)$/);
});

test('a hold that comes and goes is told once in a while, and then with a count', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  for (let n = 0; n < 20; n++) {
    await placeHold(ledger, provider, outage);
    await liftHold(ledger, provider, ['outage']);
  }
  expect(await kinds(ledger)).toEqual(['provider-held', 'provider-released']);

  // It stands again, still untold; after the quiet minutes the next request that fails tells it.
  await placeHold(ledger, provider, outage);
  expect(await kinds(ledger)).toHaveLength(2);
  await ledger.redis.hset(noticeKeys(ledger).told(provider), 'outage:at', Date.now() - 11 * 60_000);
  await Promise.all(Array.from({ length: 100 }, () => placeHold(ledger, provider, outage)));
  await liftHold(ledger, provider, ['outage']);
  const all = await notices(ledger);
  expect(all.map(({ kind }) => kind).slice(2)).toEqual(['provider-held', 'provider-released']);
  expect(textOf(all[2])).toContain('It came and went 19 times since this was last told.');
});

test('a Retry-After and a launch window are told to nobody, a person is told each time', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  await placeHold(ledger, provider, { kind: 'retry-after', forMs: 5000, reason: '429' });
  await placeHold(ledger, provider, { kind: 'window', forMs: 5000, reason: 'from 20:00' });
  await liftHold(ledger, provider, ['retry-after', 'window']);
  expect(await kinds(ledger)).toEqual([]);
  for (let n = 0; n < 2; n++) {
    await placeHold(ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
    await liftHold(ledger, provider, ['person', 'outage']);
  }
  expect(await kinds(ledger)).toEqual(['provider-held', 'provider-released', 'provider-held', 'provider-released']);
  expect(textOf((await notices(ledger))[0])).toContain('To go on: nightpass resume airbus');
});

test('a provider with two holds is not called free when one of them ends', async () => {
  const { ledger } = await testLedger(redis, { processes: 1, zones: 1 });
  await placeHold(ledger, provider, outage);
  await placeHold(ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
  await liftHold(ledger, provider, ['outage', 'credentials']);
  expect(textOf((await notices(ledger)).at(-1))).toMatch(
    /one hold is over \(outage, \d s\), but it is still held \(person\)/,
  );
});

test('a night starts with its first launch, not with each batch, and again after half an hour of quiet', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 3 }, { name: 'ports' });
  expect(await kinds(it.ledger)).toEqual([]);
  await launch(it, it.at(0, 0));
  await requeue(it.ledger, it.at(0, 0), { attempt: 1, sent: false, rule: 'refused', reason: '' });
  await Promise.all([launch(it, it.at(0, 0)), launch(it, it.at(0, 1))]);
  const [started, ...more] = await notices(it.ledger);
  expect(more).toEqual([]);
  expect(textOf(started)).toMatch(/^Night started at .* with Batch "ports" \(b\w+\): 3 tasks on airbus\nFollow it: /);

  await finishLaunch(it.ledger, it.at(0, 0), { attempt: 1, phase: 'failed', rule: 'r', reason: '' });
  await finishLaunch(it.ledger, it.at(0, 1), { attempt: 1, phase: 'failed', rule: 'r', reason: '' });
  await fail(it, it.at(0, 2));
  await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'test' });
  await launch(it, it.at(0, 0));
  expect(await kinds(it.ledger)).toEqual(['night-started', 'batch-ended']);

  await cancelBatch(it.ledger, it.id, { reason: 'enough' });
  await finishLaunch(it.ledger, it.at(0, 0), { attempt: 2, phase: 'failed', rule: 'r', reason: '' });
  await it.ledger.redis.set(`${it.ledger.keys.prefix}:quiet-since`, Date.now() - 31 * 60_000);
  await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'test' });
  await launch(it, it.at(0, 0));
  expect(await kinds(it.ledger)).toEqual(['night-started', 'batch-ended', 'batch-ended', 'night-started']);
});

test('the end of a batch is told once, with its counts and what a person has to do', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1000 });
  for (let zone = 0; zone < 1000; zone++) {
    const at = it.at(0, zone);
    await launch(it, at);
    await recordLaunched(it.ledger, at, { attempt: 1, job: { id: `r${zone}`, address: 'a' }, lookInMs: 0, rule: 'r' });
  }
  const ended = new Set<TaskId>();
  while (ended.size < 1000) {
    const claim = await claimDue(it.ledger, provider, 200, 60_000);
    const items = claim.ids.map((id) => {
      const zone = Number(id.split('-').at(-1));
      const phase = zone < 990 ? ('succeeded' as const) : zone < 997 ? ('failed' as const) : ('parked' as const);
      const at = it.at(0, zone);
      expect(taskIdOf(at.ref)).toBe(id);
      return { at, outcome: { kind: 'end' as const, phase, rule: 'r', reason: '' }, fields: {} };
    });
    // Two sweeps that settle the same claim end each task once.
    const both = await Promise.all([1, 2].map(() => settle(it.ledger, provider, claim.score, items)));
    for (const id of both.flat()) ended.add(id);
  }
  const [, told, ...more] = await notices(it.ledger);
  expect(more).toEqual([]);
  expect(textOf(told)).toMatch(
    new RegExp(
      `^Batch "test.json" \\(${it.id}\\) ended at .* after \\d+ s: 990 succeeded, 7 failed and 3 parked of 1,000\n` +
        `10 tasks need a person:\n  nightpass redrive ${it.id} --phase failed --dry-run\n  nightpass tasks ${it.id} --phase parked`,
    ),
  );
});

test('a batch that is redriven is told again when it ends again', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 2 });
  await fail(it, it.at(0, 0));
  await fail(it, it.at(0, 1));
  await redriveBatch(it.ledger, it.id, { phases: ['failed'], who: 'test' });
  await fail(it, it.at(0, 0), 2);
  expect(await kinds(it.ledger)).toEqual(['night-started', 'batch-ended']);
  await fail(it, it.at(0, 1), 2);
  expect(await kinds(it.ledger)).toEqual(['night-started', 'batch-ended', 'batch-ended']);
});

test('a cancelled batch is told as cancelled', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 700 });
  await cancelBatch(it.ledger, it.id, { reason: 'not needed' });
  const all = await notices(it.ledger);
  expect(all.map(({ kind }) => kind)).toEqual(['batch-ended']);
  expect(textOf(all[0])).toMatch(/was cancelled and ended at .*: 700 cancelled of 700/);
});

test('notices that cannot be written keep no task from moving and no provider from being held', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const { prefix } = it.ledger.keys;
  for (const key of ['notices', 'underway', 'quiet-since']) await it.ledger.redis.sadd(`${prefix}:${key}`, 'x');
  await it.ledger.redis.set(noticeKeys(it.ledger).told(provider), 'x');
  expect(await fail(it, it.at(0, 0))).toEqual(['ended']);
  expect(await placeHold(it.ledger, provider, outage)).toBe('new');
  expect(await liftHold(it.ledger, provider, ['outage'])).toBe(true);
});

test('notices are kept up to a number, however long nobody reads them', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  for (let n = 0; n < 600; n++) {
    await placeHold(it.ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
    await liftHold(it.ledger, provider, ['person']);
  }
  expect(await it.ledger.redis.xlen(noticeKeys(it.ledger).notices)).toBe(1000);
});

test('text from a batch file stays on its line', async () => {
  const it = await testLedger(redis, { processes: 1, zones: 1 });
  const { ledger } = it;
  await ledger.redis.hset(ledger.keys.batch(it.id), 'name', 'a\r\nBcc: x@example.org\u202e"');
  await fail(it, it.at(0, 0));
  for (const notice of await notices(ledger)) {
    expect(writeMessage([notice], {}).subject).not.toMatch(/[\r\n\u202e]/);
  }
});
