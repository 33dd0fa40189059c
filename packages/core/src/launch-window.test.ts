import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTimeZone, type LaunchWindow, windowAt } from './launch-window.ts';

const night: LaunchWindow = { from: '20:00', to: '06:00', timeZone: 'Europe/Paris' };
const ms = (text: string) => Date.parse(text);

test.each([
  ['2026-11-22T19:59:59+01:00', false],
  ['2026-11-22T20:00:00+01:00', true],
  ['2026-11-22T23:59:59+01:00', true],
  ['2026-11-23T00:00:00+01:00', true],
  ['2026-11-23T05:59:59+01:00', true],
  ['2026-11-23T06:00:00+01:00', false],
  ['2026-11-23T12:00:00+01:00', false],
])('at %s the night from 20:00 to 06:00 is open: %s', (at, open) => {
  expect(windowAt(night, ms(at)).open).toBe(open);
});

test('a closed window says when it opens, an open one when it closes', () => {
  expect(windowAt(night, ms('2026-11-22T12:00:00+01:00'))).toEqual({
    open: false,
    opensAtMs: ms('2026-11-22T20:00:00+01:00'),
  });
  expect(windowAt(night, ms('2026-11-22T21:00:00+01:00'))).toEqual({
    open: true,
    closesAtMs: ms('2026-11-23T06:00:00+01:00'),
  });
});

test('in the night of March in which an hour is skipped, the window lasts nine hours', () => {
  const opensAtMs = ms('2027-03-27T20:00:00+01:00');
  const closesAtMs = ms('2027-03-28T06:00:00+02:00');
  expect(windowAt(night, opensAtMs)).toEqual({ open: true, closesAtMs });
  expect((closesAtMs - opensAtMs) / 3_600_000).toBe(9);
  expect(windowAt(night, closesAtMs - 1).open).toBe(true);
  expect(windowAt(night, closesAtMs).open).toBe(false);
});

test('in the night of October in which an hour comes twice, the window lasts eleven hours', () => {
  const opensAtMs = ms('2026-10-24T20:00:00+02:00');
  const closesAtMs = ms('2026-10-25T06:00:00+01:00');
  expect(windowAt(night, opensAtMs)).toEqual({ open: true, closesAtMs });
  expect((closesAtMs - opensAtMs) / 3_600_000).toBe(11);
});

test('a begin that the clock skips is the moment after the gap; of one that comes twice the first counts', () => {
  const small: LaunchWindow = { from: '02:30', to: '05:00', timeZone: 'Europe/Paris' };
  expect(windowAt(small, ms('2027-03-28T00:00:00+01:00'))).toEqual({
    open: false,
    opensAtMs: ms('2027-03-28T03:30:00+02:00'),
  });
  expect(windowAt(small, ms('2026-10-25T00:00:00+02:00'))).toEqual({
    open: false,
    opensAtMs: ms('2026-10-25T02:30:00+02:00'),
  });
});

test('a window within one day, and one whose ends are the same, which is always open', () => {
  const day: LaunchWindow = { from: '09:00', to: '17:00', timeZone: 'UTC' };
  expect(windowAt(day, ms('2026-06-01T08:59:00Z')).open).toBe(false);
  expect(windowAt(day, ms('2026-06-01T16:59:00Z')).open).toBe(true);
  expect(windowAt({ from: '00:00', to: '00:00', timeZone: 'UTC' }, ms('2026-06-01T12:00:00Z')).open).toBe(true);
});

test('whatever the time and the zone, what is closed opens later, and is open then', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
      fc.constantFrom('Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 23 }),
      (nowMs, timeZone, from, to) => {
        const hour = (n: number) => `${String(n).padStart(2, '0')}:00`;
        const window = { from: hour(from), to: hour(to), timeZone };
        const state = windowAt(window, nowMs);
        if (state.open) {
          expect(state.closesAtMs).toBeGreaterThan(nowMs);
        } else {
          expect(state.opensAtMs).toBeGreaterThan(nowMs);
          expect(windowAt(window, state.opensAtMs).open).toBe(true);
        }
      },
    ),
  );
});

test('a zone that nobody knows is told', () => {
  expect(isTimeZone('Europe/Paris')).toBe(true);
  expect(isTimeZone('Europe/Atlantis')).toBe(false);
});
