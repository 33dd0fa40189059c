import { expect, test } from 'vitest';
import { codeOf } from '../phases/phases.ts';
import { countSelected, isEmpty, maskOf, tidied } from './selection.ts';

const size = { processes: 2, zones: 3 };
const none = { phases: [], processes: [], zones: [] };
const codes = Uint8Array.from(
  ['failed', 'running', 'failed', 'failed', 'succeeded', 'queued'] as const,
  (it) => codeOf[it],
);

test('nothing selected means everything, and is known as such', () => {
  expect(isEmpty(none)).toBe(true);
  expect(countSelected(codes, maskOf(none, size))).toMatchObject({ failed: 3, running: 1, succeeded: 1, queued: 1 });
});

test('every condition must hold', () => {
  const mask = maskOf({ phases: ['failed'], processes: [0], zones: [0, 1] }, size);
  expect(countSelected(codes, mask)).toMatchObject({ failed: 1, running: 0, succeeded: 0, queued: 0 });
  expect([mask.hasZone(1), mask.hasZone(2), mask.hasProcess(1)]).toEqual([true, false, false]);
});

test('an address that names what is not there selects nothing more', () => {
  const mask = maskOf({ phases: [], processes: [99], zones: [] }, size);
  expect(Object.values(countSelected(codes, mask)).every((count) => count === 0)).toBe(true);
});

test('a rectangle over all zones of one process selects the process', () => {
  expect(tidied({ phases: [], processes: [1], zones: [0, 1, 2] }, size)).toEqual({
    phases: [],
    processes: [1],
    zones: [],
  });
});
