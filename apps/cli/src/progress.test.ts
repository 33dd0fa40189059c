import { expect, test } from 'vitest';
import { createRateMeter, rateWords } from './progress.ts';

test('a pace is told only after it was seen for a while', () => {
  const meter = createRateMeter();
  meter.add(0, 0);
  meter.add(40, 2_000);
  expect(meter.rate()).toBeUndefined();
  meter.add(100, 10_000);
  expect(meter.rate()).toEqual({ perSecond: 10, overMs: 10_000 });
});

test('a pace of which too little was seen is not told', () => {
  const meter = createRateMeter();
  meter.add(0, 0);
  meter.add(4, 30_000);
  expect(meter.rate()).toBeUndefined();
});

test('the pace is that of the last minute', () => {
  const meter = createRateMeter();
  meter.add(0, 0);
  meter.add(600, 30_000);
  meter.add(600, 60_000);
  meter.add(660, 90_001);
  expect(meter.rate()?.perSecond).toBeCloseTo(2, 1);
});

test('a pace is told in the unit that people count it in', () => {
  expect(rateWords({ perSecond: 12.3, overMs: 1 })).toBe('12 a second');
  expect(rateWords({ perSecond: 0.5, overMs: 1 })).toBe('30 a minute');
  expect(rateWords({ perSecond: 0.001, overMs: 1 })).toBe('3.6 an hour');
});
