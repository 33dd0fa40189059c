import { expect, test } from 'vitest';
import { pastMoment } from './past-moment.ts';

const now = new Date(2026, 10, 22, 7, 30, 0).getTime();
const hourMs = 3_600_000;

test.each([
  ['3h', now - 3 * hourMs],
  ['90m', now - 1.5 * hourMs],
  ['90 min', now - 1.5 * hourMs],
  ['1.5d', now - 36 * hourMs],
  ['45s', now - 45_000],
  ['02:00', new Date(2026, 10, 22, 2).getTime()],
  ['7:30:00', now],
  ['22:15', new Date(2026, 10, 21, 22, 15).getTime()],
  ['2026-11-22T02:00Z', Date.UTC(2026, 10, 22, 2)],
  ['2026-11-22T02:00:10+01:00', Date.UTC(2026, 10, 22, 1, 0, 10)],
  ['2026-11-22 02:00', new Date(2026, 10, 22, 2).getTime()],
  ['2026-11-22', Date.UTC(2026, 10, 22)],
])('%s is a moment', (text, ms) => {
  expect(pastMoment(text, now)).toBe(ms);
});

test.each(['yesterday', '', '3', '24:00', '02:60', '3 weeks', '2026-13-01', '1969-01-01', '11/22/2026'])(
  '%j is none, and what would be is named',
  (text) => {
    expect(() => pastMoment(text, now)).toThrow(/such as 02:00/);
  },
);
