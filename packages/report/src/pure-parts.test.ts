import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { quantilesOf } from './quantiles.ts';
import { headline, percent } from './words.ts';
import { boxOf } from './zone-table.ts';

describe('quantiles', () => {
  test('each is a duration that was seen, half and nineteen in twenty are no longer', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(86_400_000), { minLength: 1 }), (all) => {
        const it = quantilesOf(Uint32Array.from(all));
        const atMost = (ms = 0) => all.filter((one) => one <= ms).length;
        expect(all).toContain(it?.medianMs);
        expect(all).toContain(it?.p95Ms);
        expect(atMost(it?.medianMs)).toBeGreaterThanOrEqual(all.length * 0.5);
        expect(atMost(it?.p95Ms)).toBeGreaterThanOrEqual(all.length * 0.95);
        expect(it).toMatchObject({ n: all.length, longestMs: Math.max(...all) });
      }),
    );
  });
  test('of nothing there are none', () => expect(quantilesOf(new Uint32Array())).toBeUndefined());
});

describe('the headline', () => {
  const none = {
    queued: 0,
    launching: 0,
    unconfirmed: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    parked: 0,
  };
  test.each([
    [{ succeeded: 1200 }, true, 'All well: all 1,200 tasks succeeded'],
    [{ succeeded: 1 }, true, 'All well: the one task succeeded'],
    [{ succeeded: 5, cancelled: 2 }, true, 'All well: 5 succeeded, 2 cancelled'],
    [{ cancelled: 3 }, true, 'all 3 tasks cancelled'],
    [{ succeeded: 5, failed: 1 }, false, '1 task of 6 needs a person'],
    [{ succeeded: 5, parked: 2, expired: 1 }, false, '3 tasks of 8 need a person'],
    [{ succeeded: 5, queued: 2, running: 1 }, true, 'All well so far: 5 of 8 tasks over, 3 to go'],
    [{ failed: 5, queued: 2 }, false, '5 tasks of 7 need a person so far; 2 not over yet'],
  ])('of %o', (counts, good, text) => {
    expect(headline({ ...none, ...counts })).toEqual({ good, text });
  });
});

test('a share is never rounded up to all or down to nothing', () => {
  expect(percent(999_999, 1_000_000)).toBe('99.9 %');
  expect(percent(1, 1_000_000)).toBe('under 0.1 %');
  expect([percent(0, 5), percent(5, 5), percent(1, 20)]).toEqual(['0 %', '100 %', '5.0 %']);
});

test('times are told on the clock that is asked for, with its offset, in summer and winter', () => {
  const paris = createClock('Europe/Paris');
  const winter = Date.parse('2026-11-22T05:12:07Z');
  expect([paris.full(winter), paris.short(winter), paris.offset(winter)]).toEqual([
    '22 Nov 2026, 06:12:07',
    '22 Nov 06:12',
    '+01:00',
  ]);
  expect(paris.offset(Date.parse('2026-07-01T00:00:00Z'))).toBe('+02:00');
  expect(createClock('America/St_Johns').offset(winter)).toBe('-03:30');
  expect(createClock('UTC').offset(winter)).toBe('+00:00');
});

describe('the box of a zone', () => {
  const box = (...ring: number[][]) => boxOf({ type: 'Polygon', coordinates: [ring] });
  test('is its middle and its size', () => {
    expect(box([3, 43], [4, 43], [4, 45], [3, 43])).toEqual({ lon: 3.5, lat: 44, width: 1, height: 2 });
  });
  test('lies on both sides of the antimeridian where the zone does', () => {
    expect(box([179, -17], [-179, -17], [-179, -16], [179, -17])).toEqual({
      lon: 180,
      lat: -16.5,
      width: 2,
      height: 1,
    });
  });
  test('spans the globe where the zone does', () => {
    expect(box([-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]).width).toBe(360);
  });
});
