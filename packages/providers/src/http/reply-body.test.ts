import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readBody } from './reply-body.ts';

const read = (bytes: Buffer | string, headers: Record<string, string> = {}) =>
  readBody(Buffer.from(bytes as string), headers, 100_000);

test.each<[string, Buffer]>([
  ['gzip', gzipSync('{"a":1}')],
  ['deflate', deflateSync('{"a":1}')],
  ['br', brotliCompressSync('{"a":1}')],
  [' GZIP ', gzipSync('{"a":1}')],
])('a body in %s is read', async (coding, bytes) => {
  expect(await read(bytes, { 'content-encoding': coding })).toMatchObject({ json: { a: 1 }, trouble: undefined });
});

test.each<[string, Buffer, string]>([
  ['says gzip and is not', Buffer.from('{"a":1}'), 'gzip'],
  ['unpacks to more than the limit', gzipSync(Buffer.alloc(5_000_000)), 'gzip'],
  ['is cut', gzipSync('{"a":1}').subarray(0, 12), 'gzip'],
  ['has two codings', gzipSync(gzipSync('{}')), 'gzip, gzip'],
  ['has a coding nobody knows', Buffer.from('{}'), 'constructor'],
])('a body that %s is no text, and no crash', async (_, bytes, coding) => {
  expect(await read(bytes, { 'content-encoding': coding })).toEqual({
    text: '',
    json: undefined,
    trouble: 'its content encoding cannot be undone within the limits',
  });
});

test.each<[string, Buffer, string, string]>([
  ['in Latin 1', Buffer.from('{"m":"é"}', 'latin1'), 'application/json; charset=ISO-8859-1', 'é'],
  ['with a charset nobody knows', Buffer.from('{"m":"é"}'), 'application/json; charset=klingon', 'é'],
  ['with a byte order mark', Buffer.from('\ufeff{"m":"é"}'), 'text/html', 'é'],
  ['with bytes that are no UTF-8', Buffer.from([...Buffer.from('{"m":"'), 0xff, ...Buffer.from('"}')]), '', '\ufffd'],
])('JSON %s', async (_, bytes, contentType, m) => {
  expect(await read(bytes, { 'content-type': contentType })).toMatchObject({ json: { m } });
});

test.each(['', ' ', '{"a":', '<html>', 'undefined'])('%j is no JSON', async (text) => {
  expect(await read(text)).toEqual({ text, json: undefined, trouble: undefined });
});

test('JSON that nests without end is not parsed', async () => {
  for (const text of ['['.repeat(90_000), `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`]) {
    expect(await read(text)).toEqual({ text, json: undefined, trouble: 'nests more than 64 levels' });
  }
});

test('brackets inside strings are no nesting', async () => {
  const json = { m: '['.repeat(500), n: '\\"[['.repeat(99) };
  expect(await read(JSON.stringify(json))).toMatchObject({ json });
});
