import { describe, expect, test } from 'vitest';
import { parseJson } from './reply-body.ts';
import { excerpt } from './text-excerpt.ts';

const said = (text: string) => excerpt({ text, json: parseJson(text).json });

describe('an excerpt of an error reply', () => {
  test.each<[string, string, string]>([
    [
      "the platform's own error",
      '{"message":"Image not found","hint":"catalog lookup returned no item","correlationId":"b-0-1.1"}',
      'Image not found (catalog lookup returned no item) [correlation id b-0-1.1]',
    ],
    ['a problem document', '{"title":"Gone","detail":"the job was removed"}', 'the job was removed'],
    ['an OAuth error', '{"error":"invalid_grant","error_description":"bad key"}', 'bad key'],
    ['JSON that says nothing we know', '{"a":1}', '{"a":1}'],
    ['a message that is no text', '{"message":{"a":1},"title":"Bad"}', 'Bad'],
    ['plain text', 'upstream connect error\n', 'upstream connect error'],
    [
      'a page with a title',
      '<html><head><title>502 Bad &amp; Gateway</title></head><h1>x</h1></html>',
      '502 Bad & Gateway',
    ],
    [
      'a page with a heading only',
      '<html><title></title><h1 class="a">Service <b>down</b></h1></html>',
      'Service down',
    ],
    [
      'a page with neither',
      '<!doctype html><style>p{}</style><script>alert("x")</script><p>Come back</p>',
      'Come back',
    ],
    ['nothing', '', ''],
    ['spaces', ' \n\t ', ''],
    ['control and direction characters', 'a\u0000b\u001b[31mc\u202ed\u2028e\ud800f', 'a b [31mc d e f'],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toBe(expected);
  });

  test('it is at most 300 code points, and cuts none of them in two', () => {
    const line = said('🛰'.repeat(1000));
    expect(Array.from(line)).toHaveLength(300);
    expect(line.endsWith('🛰…')).toBe(true);
  });

  test('a page of a megabyte of opening tags is read in no time', () => {
    const start = performance.now();
    said(`<html>${'<script><title>'.repeat(70_000)}`);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
