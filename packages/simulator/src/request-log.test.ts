import { expect, test } from 'vitest';
import { RequestLog } from './request-log.ts';
import { SlidingSecond } from './sliding-second.ts';

test('the most in any second is counted over sliding seconds, not over those of a clock', () => {
  const second = new SlidingSecond();
  for (const atMs of [0, 900, 950, 999, 1000, 1890, 1899, 5000]) second.add(atMs);
  expect(second.most).toBe(6);
});

test('arrivals exactly a second apart are not in one second', () => {
  const second = new SlidingSecond();
  for (let index = 0; index < 5000; index += 1) second.add(index * 1000);
  expect(second.most).toBe(1);
});

test('counters go on where details are dropped', () => {
  const log = new RequestLog();
  for (let n = 0; n < 30_000; n += 1) {
    log
      .arrived({ call: 'look', method: 'GET', path: '/x', atMs: n, wallMs: n, correlationId: undefined })
      .answered(n % 2 ? 200 : 404);
  }
  expect(log.counts().look).toMatchObject({ arrived: 30_000, byStatus: { 200: 15_000, 404: 15_000 } });
  expect(log.requests().length).toBeLessThanOrEqual(25_000);
  expect(log.requests().at(-1)?.n).toBe(30_000);
  expect(log.mostInAnySecond('look')).toBe(1000);
});
