import { expect, test } from 'vitest';
import { nearMissOf } from './near-miss.ts';

const words = ['name', 'provider', 'priority', 'deadline'];

test.each([
  ['priorty', 'priority'],
  ['prioritty', 'priority'],
  ['prioirty', 'priority'],
  ['priorita', 'priority'],
  ['Priority', 'priority'],
  ['dead_line', 'deadline'],
  ['NAME', 'name'],
])('%s was meant to be %s', (key, word) => {
  expect(nearMissOf(key, words)).toBe(word);
});

test.each(['name', 'deadline', 'names', 'game', 'date', 'headline', 'prior', 'provenance', '', '名'])(
  '%j is taken for no other word',
  (key) => {
    expect(nearMissOf(key, words)).toBeUndefined();
  },
);
