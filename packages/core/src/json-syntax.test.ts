import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFault } from './fault.ts';
import { mostLevels, readJson } from './json-syntax.ts';

const faultsOf = (text: string) => readJson(text).faults.told.map(formatFault);

test('comments, trailing commas, repeated keys and overflows are all told at once', () => {
  const text = '{\n  "a": [1, 2,], // one\n  "a": 1e999, /* two */\n  "b": {"c": 1, "c": 2,},\n}';
  expect(faultsOf(text)).toEqual([
    'line 2, column 13, a: found a comma after the last item, expected no comma there',
    'line 2, column 17: found a comment, expected JSON without comments',
    'line 3, column 3, a: found the key "a" again, expected each key once (it is on line 2 already)',
    'line 3, column 8, a: found the number 1e999, expected a number below 1.8e308',
    'line 3, column 15: found a comment, expected JSON without comments',
    'line 4, column 17, b.c: found the key "c" again, expected each key once (it is on line 4 already)',
    'line 4, column 23, b: found a comma after the last item, expected no comma there',
    'line 4, column 25: found a comma after the last item, expected no comma there',
  ]);
  expect(readJson(text).value).toEqual({ root: { a: Number.POSITIVE_INFINITY, b: { c: 2 } } });
});

test.each([
  ['[1 2]', 'line 1, column 4, [0]: found `2`, expected a comma'],
  ['[,]', 'line 1, column 2, [0]: found `,`, expected a value'],
  ['{,}', 'line 1, column 2: found `,`, expected a key in double quotes'],
  ['{"a" 1}', 'line 1, column 6, a: found `1`, expected a colon'],
  ['{"a": }', 'line 1, column 7, a: found `}`, expected a value'],
  ['{"a": 1, b: 2}', 'line 1, column 10: found `b`, expected a key in double quotes'],
  ["{'a': 1}", "line 1, column 2: found `'a'`, expected a key in double quotes"],
  ['{"a": 1', 'line 1, column 8: found the end of the file, expected a closing }'],
  ['[1', 'line 1, column 3: found the end of the file, expected a closing ]'],
  ['[1}', 'line 1, column 3, [0]: found `}`, expected a comma'],
  ['["one', 'line 1, column 6, [0]: found the end of the file, expected a closing "'],
  ['[-Infinity]', 'line 1, column 2, [0]: found `-Infinity`, expected a value'],
  ['[1, nul]', 'line 1, column 5, [1]: found `nul`, expected a value'],
  ['[null x]', 'line 1, column 7, [0]: found `x`, expected a comma'],
  ['{"a" = 1}', 'line 1, column 6, a: found `=`, expected a colon'],
  ['[.5]', 'line 1, column 2, [0]: found `.5`, expected a value'],
  ['[5.]', 'line 1, column 2, [0]: found `5.`, expected a digit'],
  ['["\\u12g4"]', 'line 1, column 3, [0]: found `\\u12g4`, expected four hexadecimal digits after \\u'],
  ['[1] /* no end', 'line 1, column 5: found `/*`, expected JSON without comments'],
  ['[1]\n\u00a0', 'line 2, column 1: found the character U+00A0, expected the end of the file'],
  ['\0\0', 'line 1, column 1: found the character U+0000, expected a value'],
])('%j ends the reading: %s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
  expect(readJson(text).value).toBeUndefined();
});

test('nesting is read to its limit, and one level more is a fault, however deep it goes', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(faultsOf(nested(mostLevels))).toEqual([]);
  expect(faultsOf(nested(mostLevels + 1))).toHaveLength(1);
  expect(faultsOf(nested(2_000_000))).toHaveLength(1);
  expect(faultsOf('{"a":'.repeat(2_000_000))).toHaveLength(1);
});

test('only the first hundred faults are told, and all are counted', () => {
  const { told, count } = readJson(`{${'"a":1,'.repeat(500)}"a":1}`).faults;
  expect(told).toHaveLength(100);
  expect(count).toBe(500);
});

const native = (text: string): { root: unknown } | undefined => {
  try {
    return { root: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const tokens = ['{', '}', '[', ']', ',', ':', '"', '\\', '/', '//', '/*', '*/', '-', '0', '1', '.', 'e', '+', 'null'];
const letters = ['true', 'NaN', 'u00e9', 'a', "'", ' ', '\n', '\r', '\t', '\0', '\u00a0', '\u2028', '\ufeff', '😀'];
const nearlyJson = fc
  .tuple(
    fc.json(),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom('', ...tokens, ...letters)), { maxLength: 3 }),
  )
  .map(([text, edits]) =>
    edits.reduce((old, [at, cut, put]) => {
      const from = at % (old.length + 1);
      return old.slice(0, from) + put + old.slice(from + cut);
    }, text),
  );

test("a text without faults is what the engine's own parser reads, and no other text is", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nearlyJson,
        fc.array(fc.constantFrom(...tokens, ...letters)).map((all) => all.join('')),
      ),
      (text) => {
        const { value, faults } = readJson(text);
        const expected = native(text);
        if (faults.count === 0) expect(value).toEqual(expected);
        else if (!expected) expect(faults.told[0]?.line).toBeGreaterThan(0);
        // Strict JSON can still repeat a key or overflow, and is read on.
        else expect(value).toEqual(expected);
      },
    ),
    { numRuns: 3000 },
  );
});
