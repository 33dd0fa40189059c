import { expect, test } from 'vitest';
import { chartOf, itemWords } from './stack.ts';

const minute = 60_000;
const none = { launched: 0, succeeded: 0, failed: 0, cancelled: 0, parked: 0, lost: 0 };
const timeline = {
  intervalMs: minute,
  fromMs: 0,
  toMs: 10 * minute,
  items: [
    { ...none, atMs: 0, launched: 10 },
    { ...none, atMs: 5 * minute, succeeded: 90, failed: 10, parked: 1 },
  ],
};
const chart = chartOf(timeline, { width: 1_000, upper: 50, lower: 100 });

test('each moment has its place, and each place its moment', () => {
  expect(chart.xOf(5 * minute)).toBeCloseTo(500);
  expect(chart.msAt(500)).toBeCloseTo(5 * minute);
  expect(chart.itemAt(520)).toMatchObject({ atMs: 5 * minute, succeeded: 90 });
  expect(chart.itemAt(250)).toEqual({ ...none, atMs: 2 * minute });
});

test('what is drawn across it is whole intervals, in either direction, and never beyond its ends', () => {
  expect(chart.between(250, 520)).toEqual({ sinceMs: 2 * minute, untilMs: 6 * minute });
  expect(chart.between(520, 250)).toEqual({ sinceMs: 2 * minute, untilMs: 6 * minute });
  expect(chart.between(-40, 2_000)).toEqual({ sinceMs: 0, untilMs: 10 * minute });
});

test('under the axis the most urgent comes first, and what is pressed is what is there', () => {
  expect(chart.seriesAt(520, 52)?.name).toBe('parked');
  expect(chart.seriesAt(520, 58)?.name).toBe('failed');
  expect(chart.seriesAt(520, 120)?.name).toBe('succeeded');
  expect(chart.seriesAt(520, 20)).toBeUndefined();
  expect(chart.seriesAt(100, 120)).toBeUndefined();
});

test('one parked task beside ninety is still seen', () => {
  const parked = chart.paths.find(({ series }) => series.name === 'parked');
  expect(Number(/v([\d.]+)/.exec(parked?.path ?? '')?.[1])).toBeGreaterThanOrEqual(1);
});

test('an interval is told in words', () => {
  expect(itemWords(chart.itemAt(520))).toBe('1 parked, 10 failed or expired, 90 succeeded');
  expect(itemWords(chart.itemAt(250))).toBe('nothing happened');
});

test('the last bar stands whole in the picture, though its interval is not over', () => {
  const young = { ...timeline, toMs: 1.5 * minute, items: [{ ...none, atMs: minute, succeeded: 1 }] };
  const { xOf } = chartOf(young, { width: 1_000, upper: 50, lower: 100 });
  expect(xOf(2 * minute)).toBeLessThanOrEqual(1_000);
});
