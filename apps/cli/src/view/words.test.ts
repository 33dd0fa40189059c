import { span } from '@nightpass/core';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { phaseBar } from './phases.ts';
import { cutTo, listed, oneLine, several, wrapped } from './words.ts';

const colors = pc.createColors(false);
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

test('what others wrote cannot move the cursor', () => {
  expect(oneLine('a\u001b[2Jb\nc\u0007')).toBe('ab c ');
});

test('words for people', () => {
  expect(several(1, 'task')).toBe('1 task');
  expect(several(1200, 'task')).toBe('1,200 tasks');
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(cutTo('abcdef', 4)).toBe('abc…');
  expect(wrapped('  12:00  some words here', 14, 4)).toBe('  12:00  some\n    words here');
  expect([span(4_200), span(90_000), span(3 * 3600_000), span(50 * 3600_000)]).toEqual([
    '4 s',
    '2 min',
    '3 h',
    '2 d 2 h',
  ]);
});

test('a bar gives every phase that is there at least one cell, and is never longer than its width', () => {
  expect(phaseBar(colors, { ...none, succeeded: 5, running: 5 }, 10)).toBe('█████▒▒▒▒▒');
  expect(phaseBar(colors, { ...none, succeeded: 1, failed: 1, queued: 99_998 }, 10)).toBe('██········');
  expect(phaseBar(colors, { ...none, succeeded: 99_999, failed: 1 }, 10)).toHaveLength(10);
  expect(phaseBar(colors, none, 10)).toBe('··········');
});
