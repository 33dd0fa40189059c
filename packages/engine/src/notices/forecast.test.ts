import { expect, test } from 'vitest';
import { forecast, type Pace } from './forecast.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 21, 18);
const pace: Pace = {
  launchesPerSecond: 1,
  maxInFlight: 1_000_000,
  inFlight: 0,
  usualMs: undefined,
  heldUntilMs: undefined,
  window: undefined,
};
const of = (batch: string, queued: number, lastMs?: number) => ({ batch, queued: new Map([['p', queued]]), lastMs });
const judge = (waiting: ReturnType<typeof of>[], its: Partial<Pace> = {}) =>
  forecast(waiting, new Map([['p', { ...pace, ...its }]]), now);

test('what fits before its deadline is in reach, what does not is counted', () => {
  expect(judge([of('a', 3600, now + hour)])).toEqual([]);
  expect(judge([of('a', 3700, now + hour)])).toEqual([{ batch: 'a', missing: 100, lastLaunchAtMs: now + 3_700_000 }]);
});

test('a batch without a deadline is never late, but stands before the next', () => {
  expect(judge([of('a', 3000), of('b', 700, now + hour)])).toEqual([
    { batch: 'b', missing: 100, lastLaunchAtMs: now + 3_700_000 },
  ]);
});

test('a hold with a known end takes its time away, one without is hoped to end now', () => {
  expect(judge([of('a', 1900, now + hour)], { heldUntilMs: now + hour / 2 })).toEqual([
    { batch: 'a', missing: 100, lastLaunchAtMs: now + hour / 2 + 1_900_000 },
  ]);
  expect(judge([of('a', 1900, now + hour)], { heldUntilMs: undefined })).toEqual([]);
});

test('where places in flight are what is short, they set the pace', () => {
  const places = { maxInFlight: 100, inFlight: 50, usualMs: hour };
  expect(judge([of('a', 150, now + hour)], places)).toEqual([]);
  expect(judge([of('a', 250, now + hour)], places)).toEqual([
    { batch: 'a', missing: 100, lastLaunchAtMs: now + 2 * hour },
  ]);
});

test('only the hours of the window count', () => {
  // Open from 20:00 to 06:00 UTC; it is 18:00.
  const window = { from: '20:00', to: '06:00', timeZone: 'UTC' };
  expect(judge([of('a', 10 * 3600, now + 12 * hour)], { window })).toEqual([]);
  expect(judge([of('a', 11 * 3600, now + 24 * hour)], { window })).toEqual([
    { batch: 'a', missing: 3600, lastLaunchAtMs: now + 27 * hour },
  ]);
});

test('a deadline that has passed is out of reach for all that waits; an unknown provider is not judged', () => {
  expect(judge([of('a', 5, now - 1)])).toMatchObject([{ missing: 5 }]);
  expect(forecast([of('a', 5, now - 1)], new Map(), now)).toEqual([]);
});
