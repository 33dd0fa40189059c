import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimeline, timelineOf } from './timeline.ts';

const evening = Date.parse('2026-11-21T20:07:00Z');
const sum = (values: readonly number[] = []) => values.reduce((a, b) => a + b, 0);

test('nothing that happened is lost, whatever the span, and there are never too many intervals', () => {
  const moment = fc.record({
    event: fc.constantFrom('launches', 'ends', 'failures'),
    afterMs: fc.oneof(fc.nat(3_600_000), fc.nat(86_400_000 * 40), fc.nat(86_400_000 * 900)),
  });
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1 }), fc.integer({ min: -12, max: 14 }), (moments, hours) => {
      const timeline = createTimeline();
      for (const { event, afterMs } of moments) timeline.add(event as 'ends', evening + afterMs);
      const read = timeline.read(hours * 3_600_000);
      for (const event of ['launches', 'ends', 'failures'] as const) {
        expect(sum(read?.[event])).toBe(moments.filter((it) => it.event === event).length);
      }
      expect(read?.launches.length).toBeLessThanOrEqual(121);
      const first = Math.min(...moments.map(({ afterMs }) => evening + afterMs));
      expect(read?.fromMs).toBeLessThanOrEqual(first);
      expect(first).toBeLessThan((read?.fromMs ?? 0) + (read?.stepMs ?? 0));
    }),
  );
});

test('intervals begin at full hours of the clock that people read, also where it is half an hour off', () => {
  const timeline = createTimeline();
  for (let hour = 0; hour < 100; hour++) timeline.add('ends', evening + hour * 3_600_000);
  const india = 5.5 * 3_600_000;
  const read = timeline.read(india);
  expect(read?.stepMs).toBe(3_600_000);
  expect(((read?.fromMs ?? 0) + india) % 3_600_000).toBe(0);
});

test('where each move was counted as it happened, every launch is told', () => {
  const moments = [
    { atMs: evening, phase: 'launching', count: 3 },
    { atMs: evening, phase: 'running', count: 3 },
    { atMs: evening + 60_000, phase: 'succeeded', count: 2 },
    { atMs: evening + 60_000, phase: 'parked', count: 1 },
  ] as const;
  expect(timelineOf(moments, 0)).toMatchObject({ launches: [3, 0], ends: [0, 2], failures: [0, 1] });
  expect(timelineOf([], 0)).toBeUndefined();
});
