import type { Limits } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provider, testLedger } from '../test-ledger.ts';
import { liftHold, placeHold, readHolds } from './holds.ts';
import { learnedShare, reserveSlot, slowDown } from './pace.ts';
import { countAnswer, countTrouble, troublesToHold } from './troubles.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const limits = { launchesPerSecond: 10, readsPerSecond: 20, maxInFlight: 5 } as Limits;
const ledgerOf = async () => (await testLedger(redis, { processes: 1, zones: 1 })).ledger;

test('slots are evenly apart, and one too far ahead is not given out', async () => {
  const ledger = await ledgerOf();
  const waits: number[] = [];
  for (let n = 0; n < 40; n++) {
    const slot = await reserveSlot(ledger, provider, 'launch', limits);
    if (slot.kind === 'go') waits.push(slot.waitMs);
    else expect(slot.kind).toBe('later');
  }
  expect(waits.length).toBeGreaterThanOrEqual(20);
  expect(waits.length).toBeLessThanOrEqual(23);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
});

test('launches and reads have paces of their own', async () => {
  const ledger = await ledgerOf();
  for (let n = 0; n < 10; n++) await reserveSlot(ledger, provider, 'launch', limits);
  expect(await reserveSlot(ledger, provider, 'read', limits)).toMatchObject({ kind: 'go', waitMs: 0 });
});

test('the hold of a person stops launches, not looks, and has no end but the person', async () => {
  const ledger = await ledgerOf();
  await placeHold(ledger, provider, { kind: 'person', forMs: undefined, reason: 'lunch' });
  expect(await reserveSlot(ledger, provider, 'launch', limits)).toEqual({
    kind: 'held',
    hold: 'person',
    untilMs: undefined,
    reason: 'lunch',
  });
  expect(await reserveSlot(ledger, provider, 'read', limits)).toMatchObject({ kind: 'go' });
  await liftHold(ledger, provider, ['person']);
  expect(await reserveSlot(ledger, provider, 'launch', limits)).toMatchObject({ kind: 'go' });
});

test('Retry-After holds for its time and ends by itself', async () => {
  const ledger = await ledgerOf();
  await placeHold(ledger, provider, { kind: 'retry-after', forMs: 150, reason: '429' });
  expect(await reserveSlot(ledger, provider, 'launch', limits)).toMatchObject({ kind: 'held', hold: 'retry-after' });
  await new Promise((resolve) => setTimeout(resolve, 170));
  expect(await reserveSlot(ledger, provider, 'launch', limits)).toMatchObject({ kind: 'go', probe: undefined });
  expect(await readHolds(ledger, provider, Date.now())).toEqual([]);
});

test('an outage lets one probe through when its wait is over, then waits twice as long; success ends it', async () => {
  const ledger = await ledgerOf();
  expect(await placeHold(ledger, provider, { kind: 'outage', forMs: 100, reason: 'down' })).toBe('new');
  expect(await placeHold(ledger, provider, { kind: 'outage', forMs: 100, reason: 'down' })).toBe('kept');
  await new Promise((resolve) => setTimeout(resolve, 130));
  const slots = await Promise.all(Array.from({ length: 4 }, () => reserveSlot(ledger, provider, 'launch', limits)));
  expect(slots.filter((slot) => slot.kind === 'go' && slot.probe === 'outage')).toHaveLength(1);
  expect(slots.filter((slot) => slot.kind === 'held')).toHaveLength(3);
  await new Promise((resolve) => setTimeout(resolve, 130));
  const second = await reserveSlot(ledger, provider, 'launch', limits);
  expect(second).toMatchObject({ kind: 'go', probe: 'outage' });
  const [hold] = await readHolds(ledger, provider, Date.now());
  expect((hold?.untilMs ?? 0) - Date.now()).toBeGreaterThan(120);
  expect(await countAnswer(ledger, provider)).toBe(true);
  expect(await reserveSlot(ledger, provider, 'launch', limits)).toMatchObject({ kind: 'go', probe: undefined });
});

test('so many failures in a row open the breaker, and one answer in between starts the count anew', async () => {
  const ledger = await ledgerOf();
  const opened: (string | undefined)[] = [];
  for (let n = 1; n < troublesToHold; n++)
    opened.push(await countTrouble(ledger, provider, { reason: 'reset', probeEveryMs: 60_000 }));
  await countAnswer(ledger, provider);
  for (let n = 1; n <= troublesToHold; n++)
    opened.push(await countTrouble(ledger, provider, { reason: 'reset', probeEveryMs: 60_000 }));
  expect(opened.filter((it) => it === 'new')).toHaveLength(1);
  expect(opened.at(-1)).toBe('new');
  expect((await readHolds(ledger, provider, Date.now()))[0]).toMatchObject({ kind: 'outage', stopsLooks: true });
});

test('a refusal that names no time halves the pace, for all workers', async () => {
  const ledger = await ledgerOf();
  expect(await slowDown(ledger, provider)).toBe(0.5);
  expect(await slowDown(ledger, provider)).toBe(0.25);
  expect(await learnedShare(ledger, provider, Date.now())).toBe(0.25);
  await reserveSlot(ledger, provider, 'launch', limits);
  const next = await reserveSlot(ledger, provider, 'launch', limits);
  // Ten a second, a quarter of it: 400 ms apart.
  expect(next).toMatchObject({ kind: 'go' });
  expect(next.kind === 'go' ? next.waitMs : 0).toBeGreaterThan(380);
});

test('a learned pace climbs back a tenth a minute, to the configured one and no further', async () => {
  const ledger = await ledgerOf();
  await slowDown(ledger, provider);
  const key = ledger.keys.provider(provider).learned;
  await ledger.redis.hset(key, 'at', Date.now() - 3 * 60_000 - 500);
  expect(await learnedShare(ledger, provider, Date.now())).toBeCloseTo(0.8);
  await ledger.redis.hset(key, 'at', Date.now() - 9 * 60_000);
  await reserveSlot(ledger, provider, 'launch', limits);
  expect(await ledger.redis.exists(key)).toBe(0);
});
