import { describe, expect, test } from 'vitest';
import { clockOffsetMs, retryAfterMs } from './retry-after.ts';

const nowMs = Date.parse('2026-03-02T08:00:00Z');
const table: [string, string | undefined, number | undefined][] = [
  ['absent', undefined, undefined],
  ['seconds', '7', 7_000],
  ['zero', '0', 0],
  ['seconds with spaces', '  12 ', 12_000],
  ['a fraction, which the standard does not have', '1.5', 1_500],
  ['negative', '-5', undefined],
  ['longer than a day', '999999', 86_400_000],
  ['a number too long to be one', '9'.repeat(40), undefined],
  ['hexadecimal', '0x10', undefined],
  ['empty', '', undefined],
  ['words', 'soon', undefined],
  ['words that Date.parse takes for a date', 'apples 5', undefined],
  ['an ISO date, which the standard does not have', '2026-03-02T08:00:30Z', undefined],
  ['an HTTP date', 'Mon, 02 Mar 2026 08:00:30 GMT', 30_000],
  ['an RFC 850 date', 'Monday, 02-Mar-26 08:00:30 GMT', 30_000],
  ['an asctime date', 'Mon Mar  2 08:00:30 2026', 30_000],
  ['a date that is past', 'Mon, 02 Mar 2026 07:59:59 GMT', undefined],
  ['a date in another year', 'Tue, 02 Mar 2027 08:00:00 GMT', 86_400_000],
  ['a day that is none', 'Mon, 99 Mar 2026 08:00:30 GMT', undefined],
];

describe('Retry-After', () => {
  test.each(table)('%s', (_, header, expected) => {
    expect(retryAfterMs(header, { nowMs, date: undefined })).toBe(expected);
  });

  test("a date is counted on the platform's own clock, where it shows it", () => {
    const date = 'Mon, 02 Mar 2026 09:00:00 GMT';
    expect(retryAfterMs('Mon, 02 Mar 2026 09:00:10 GMT', { nowMs, date })).toBe(10_000);
    expect(clockOffsetMs(date, nowMs)).toBe(3_600_000);
    expect(clockOffsetMs('garbage', nowMs)).toBe(0);
  });
});
