import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { familyIdPattern, shapeOf } from './shape.ts';

const text = (reason: string) => shapeOf('rule', reason).text;

describe('what differs from one failure to the next is taken out', () => {
  const cases: [string, string, string][] = [
    ['numbers', 'zone 17 of 2,400 lies -3.5 outside', 'zone # of # lies # outside'],
    ['percents and units', 'cloud cover 87.5 % after 12 min', 'cloud cover # % after # min'],
    ['uuids', 'job 8e5d2a9b-5c0e-4bb6-9f6e-0d1d2f3a4b5c was lost', 'job # was lost'],
    ['uuids of figures', 'job 00000000-0000-1000-8000-000000000000 was lost', 'job # was lost'],
    ['hexadecimal', 'checksum deadbeefcafe0123 is not 0XFF12', 'checksum # is not #'],
    ['our own task ids', 'it belongs to task b3f2a90c1d4e-0-17', 'it belongs to task #'],
    ['numbered names', 'remote job r-1 outlived its deadline of 12 h', 'remote job r-# outlived its deadline of # h'],
    ['image names', 'no image S2A_MSIL1C_20260101T101031_N0500_R022_T32TQM_X', 'no image #'],
    ['quoted names', `no such image "port de sète" in 'project x'`, 'no such image <text> in <text>'],
    ['urls', 'GET https://api.example.org/v1/jobs?id=7 failed', 'get <url> failed'],
    ['ISO dates', 'not before 2026-11-22T05:27:51.120Z', 'not before <date>'],
    ['dates of HTTP', 'expired Sun, 22 Nov 2026 05:27:51 GMT', 'expired <date>'],
    ['dates in words', 'since November 22, 2026 at 5:27 pm', 'since <date> at <date>'],
    ['paths', 'cannot open /data/in/x.tif or C:\\temp\\y\\z.tif', 'cannot open <path> or <path>'],
    ['addresses', 'connect ECONNREFUSED 10.0.0.17:8443', 'connect econnrefused #'],
    ['lists of numbers', 'bad corners [3.1, 43.2], [4.0, 43.9] at 1, 2, 3', 'bad corners [#] at #'],
    ['ids of requests', 'HTTP 500: no [request Xk-aQz] [correlation id none]', 'http 500: no'],
    ['case, space, controls', '  Out\tof\n MEMORY\u0000 ', 'out of memory'],
  ];
  test.each(cases)('%s', (_, reason, shape) => expect(text(reason)).toBe(shape));
});

describe('what names the cause stays', () => {
  const cases: [string, string, string][] = [
    ['the status of an answer', 'HTTP 422: zone 7 is empty', 'http 422: zone # is empty'],
    ['the code of an exit', 'container ended with exit code 137', 'container ended with exit code 137'],
    [
      'the words of a JSON body',
      '{"code": 17, "message": "Image 4 is too old"}',
      '{code: 17, message: image # is too old}',
    ],
    ['an apostrophe', "can't read, won't try", "can't read, won't try"],
    ['words with a dash', 'read-only file-system', 'read-only file-system'],
  ];
  test.each(cases)('%s', (_, reason, shape) => expect(text(reason)).toBe(shape));
});

test('a rule is a cause of its own: the same words by another rule are another family', () => {
  expect(shapeOf('http-400', 'no').id).not.toBe(shapeOf('http-422', 'no').id);
});

test('the id of a family is the same for ever: scripts keep it', () => {
  expect(shapeOf('remote-failed', 'Out of memory after 12 min').id).toBe('fc79dc7f8');
  expect(shapeOf(undefined, undefined).id).toBe('f01ba4719');
});

const id = fc.oneof(fc.uuid(), fc.nat().map(String), fc.stringMatching(/^[0-9]{1,3}[a-z][0-9a-z]{0,20}$/));
const word = fc.stringMatching(/^[a-z]{2,12}$/);

test('two failures that differ in ids, numbers, case and space alone are of one family', () => {
  const words = fc.array(word, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(words, id, id, fc.constantFrom(' ', '  ', '\n', '\t '), (sentence, one, other, space) => {
      const a = `${sentence.join(' ')} ${one} ${sentence.join(' ')}`;
      const b = `${sentence.join(space)}${space}${other} ${sentence.join(' ')}`.toUpperCase();
      expect(shapeOf('rule', b)).toEqual(shapeOf('rule', a));
    }),
  );
});

test('a shape is short, in one line, and has an id that can be typed, whatever the reason holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 600 })), (reason) => {
      const shape = shapeOf('rule', reason);
      expect(shape.id).toMatch(familyIdPattern);
      expect(shape.text.length).toBeLessThanOrEqual(480);
      expect(shape.text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('sentences without ids or numbers keep their words', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), (words) => {
      fc.pre(!words.some((it) => /^[a-f]{8,}$/.test(it)));
      expect(text(words.join(' '))).toBe(words.join(' '));
    }),
  );
});

test.each(['/', '\\', '"', "'", '-', '.', 'a-', '1.', '[#], ', '<text> ', 'a/', ' '])(
  'a long reason of nothing but %j takes no long time',
  (piece) => {
    const startedAtMs = performance.now();
    text(piece.repeat(100_000));
    expect(performance.now() - startedAtMs).toBeLessThan(500);
  },
);
