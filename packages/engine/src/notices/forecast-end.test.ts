import { expect, test } from 'vitest';
import { type EndFacts, forecastEnd } from './forecast-end.ts';

const minuteMs = 60_000;
const facts: EndFacts = {
  nowMs: 0,
  open: 1,
  queued: 0,
  ratePerSecond: undefined,
  providers: [
    {
      share: 1,
      launchesPerSecond: 1,
      maxInFlight: 100,
      inFlight: 1,
      durationsMs: [2 * minuteMs, 4 * minuteMs],
      holds: [],
      window: undefined,
    },
  ],
};

test('a batch whose tasks a redrive takes back for an hour ends after that, whatever is open now', () => {
  expect(forecastEnd(facts)).toMatchObject({ soonestMs: 2 * minuteMs, latestMs: 6 * minuteMs });
  const slowly = { ...facts, takenBackUntilMs: 60 * minuteMs };
  expect(forecastEnd(slowly)).toMatchObject({
    soonestMs: 62 * minuteMs,
    latestMs: 66 * minuteMs,
    because: expect.arrayContaining(['the pace of a redrive']),
  });
  // At rest between two of them.
  expect(forecastEnd({ ...slowly, open: 0 })).toMatchObject({ soonestMs: 62 * minuteMs });
  expect(forecastEnd({ ...facts, open: 0 })).toBeUndefined();
});
