import { expect, test } from 'vitest';
import { describeValue, formatFault, formatPath } from './fault.ts';

test('a fault is told in one line: its place, what is there, what should be', () => {
  const fault = { line: 12, column: 15, path: 'zones[2].geom', found: 'a Point', expected: 'a Polygon' };
  expect(formatFault(fault)).toBe('line 12, column 15, zones[2].geom: found a Point, expected a Polygon');
});

test('a fault of the file as a whole names no path', () => {
  const fault = { line: 1, column: 1, path: '', found: 'an empty file', expected: 'a JSON object' };
  expect(formatFault(fault)).toBe('line 1, column 1: found an empty file, expected a JSON object');
});

test('a path quotes the keys that are no plain words, and is cut where it is long', () => {
  expect(formatPath([])).toBe('');
  expect(formatPath(['zones', 2, 'geom', 'coordinates', 0, 3])).toBe('zones[2].geom.coordinates[0][3]');
  expect(formatPath(['a b', 'c\n', 'd'])).toBe('["a b"]["c\\n"].d');
  expect(formatPath(Array.from({ length: 1000 }, () => 'deeper')).length).toBeLessThan(200);
});

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [true, 'true'],
  [17, 'the number 17'],
  ['  ', 'the string "  "'],
  ['two\nlines', 'the string "two\\nlines"'],
  [[], 'an empty list'],
  [[3.7, 43.4], '[3.7,43.4]'],
  [[1, 'two'], 'a list of 2'],
  [{}, 'an empty object'],
  [{ type: 'vector' }, 'an object'],
  [{ type: 'MultiPolygon', coordinates: [] }, 'a MultiPolygon'],
])('%j is described as %s', (value, description) => {
  expect(describeValue(value)).toBe(description);
});

test('a long text is cut, and never in the middle of a letter', () => {
  expect(describeValue('x'.repeat(500))).toBe(`the string "${'x'.repeat(59)}…"`);
  expect(describeValue(`${'x'.repeat(58)}😀😀`)).toBe(`the string "${'x'.repeat(58)}…"`);
});
