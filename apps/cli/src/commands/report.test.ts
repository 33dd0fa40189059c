import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openExample, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

let redis: TestRedis;
let place: Workplace;
let id: string;
beforeAll(async () => {
  redis = await startTestRedis();
  id = await openExample(redis.client(), 'ports-of-occitanie.json');
});
afterAll(() => redis.stop());
beforeEach(async () => {
  place = await openWorkplace({ REDIS_URL: redis.url, TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig('http://127.0.0.1:9'));
  return () => place.close();
});

const read = (file: string) => readFile(join(place.dir, file), 'utf8');

test('the report of a batch stands in this folder under its id, and what it says is told', async () => {
  const { code, stdout, stderr } = await place.run('report', 'ports-of-occitanie.json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('All well so far: 0 of 12 tasks over, 12 to go. It is not over: this is the report so far.');
  expect(stdout).toContain(`written: ${id}.report.html`);
  expect(await read(`${id}.report.html`)).toContain('Not over yet');
  expect((await readdir(place.dir)).filter((name) => name.endsWith('tmp'))).toEqual([]);
});

test.each([
  ['csv', /^task,batch,/],
  ['geojson', /^\{"type":"FeatureCollection"/],
  ['json', /^\{"nightpass":1,/],
  ['junit', /^<\?xml version="1.0"/],
])('--format %s goes to standard output, and to a file where one is named', async (format, begins) => {
  const { code, stdout, stderr } = await place.run('report', id, '--format', format);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(begins);
  expect(await readdir(place.dir)).toEqual(['nightpass.yaml']);

  const named = await place.run('report', id, '--format', format, '--out', 'it', '--json');
  expect(JSON.parse(named.stdout)).toMatchObject({
    batch: id,
    format,
    file: join(place.dir, 'it'),
    over: false,
    tasks: 12,
  });
  // Of JSON, all but the moment at which it was read.
  const timeless = (text: string) => text.replace(/"at":"[^"]*"/, '').replace(/timestamp="[^"]*"/g, '');
  expect(timeless(await read('it'))).toBe(timeless(stdout));
});

test('html may go to standard output too, and what was in the file before stays if it cannot be written', async () => {
  const { stdout } = await place.run('report', id, '--out', '-');
  expect(stdout).toMatch(/^<!doctype html>/);
  const { code, stderr } = await place.run('report', id, '--out', 'no/such/folder.html');
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('no such file or directory') });
});

test('wrong use is said, and ends with 2', async () => {
  expect(await place.run('report', id, '--format', 'pdf')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('A format is one of html, csv, geojson, json, junit.'),
  });
  expect(await place.run('report', 'b000000000000')).toMatchObject({ code: 2 });
  expect(await place.run('report', id, '--format', 'csv', '--json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--out'),
  });
});
