import { codeOf } from '@nightpass/pictures/phases';
import { expect, test } from 'vitest';
import { countSelected, isEmpty, maskOf, tidied } from './selection.ts';

const size = { processes: 2, zones: 3 };
const none = { phases: [], processes: [], zones: [], span: {} };
const codes = Uint8Array.from(
  ['failed', 'running', 'failed', 'failed', 'succeeded', 'queued'] as const,
  (it) => codeOf[it],
);

test('nothing selected means everything, and is known as such', () => {
  expect(isEmpty(none)).toBe(true);
  expect(countSelected(codes, maskOf(none, size))).toMatchObject({ failed: 3, running: 1, succeeded: 1, queued: 1 });
});

test('every condition must hold', () => {
  const mask = maskOf({ ...none, phases: ['failed'], processes: [0], zones: [0, 1] }, size);
  expect(countSelected(codes, mask)).toMatchObject({ failed: 1, running: 0, succeeded: 0, queued: 0 });
  expect([mask.hasZone(1), mask.hasZone(2), mask.hasProcess(1)]).toEqual([true, false, false]);
});

test('an address that names what is not there selects nothing more', () => {
  const mask = maskOf({ ...none, processes: [99] }, size);
  expect(Object.values(countSelected(codes, mask)).every((count) => count === 0)).toBe(true);
});

test('a rectangle over all zones of one process selects the process', () => {
  expect(tidied({ ...none, processes: [1], zones: [0, 1, 2] }, size)).toEqual({ ...none, processes: [1] });
});

test('a time selects what last moved in it, and never what is not known', () => {
  const seconds = Uint32Array.of(100, 159, 160, 0, 99, 130);
  const span = { sinceMs: 100_000, untilMs: 160_000 };
  expect(isEmpty({ ...none, span })).toBe(false);
  expect(countSelected(codes, maskOf({ ...none, span }, size, seconds))).toMatchObject({
    failed: 1,
    running: 1,
    succeeded: 0,
    queued: 1,
  });
  const before = maskOf({ ...none, span: { untilMs: 100_000 } }, size, seconds);
  expect([...seconds].map((_, index) => before.has(index, 0))).toEqual([false, false, false, false, true, false]);
});
