import { expect, test } from 'vitest';
import { shapeWords, shareWords } from './share-words.ts';

test('what tasks of a cause have in common is a sentence; one task has nothing in common', () => {
  const shares = [
    { what: 'process', value: 'Ship detection', count: 9 },
    { what: 'location', value: 'Brest', count: 9 },
  ];
  expect(shareWords(shares, 9)).toBe('Nearly all share the process Ship detection, the place Brest.');
  expect(shareWords(shares, 1)).toBe('');
});

test('what differs from task to task is left out of a cause', () => {
  expect(shapeWords('out of memory on node #')).toBe('out of memory on node …');
  expect(shapeWords('')).toBe('no reason was given');
});
