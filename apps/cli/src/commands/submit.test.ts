import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropFile, numbered } from '@nightpass/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { examples, openWorkplace, quickConfig, type Workplace } from '../test-command.ts';

/** Dropping, with no producer to take anything. With one: up.test.ts. */

let place: Workplace;
beforeEach(async () => {
  place = await openWorkplace({ TEST_TOKEN: 'test-token' });
  await place.configure(quickConfig('http://127.0.0.1:9', { inbox: { rescanSeconds: 0.1, settleSeconds: 0 } }));
});
afterEach(() => place.close());

const good = join(examples, 'ports-of-occitanie.json');
const faulty = join(examples, 'with-a-fault', 'ports-of-brittany.json');

test('one faulty file, and nothing is dropped', async () => {
  const { code, stdout } = await place.run('submit', good, faulty);
  expect(stdout).toContain(`${faulty}:32:92: zones[1].geom.coordinates[0][4]: found`);
  expect(stdout).toContain('Nothing was dropped.');
  expect(code).toBe(2);
  expect(await readdir(place.inbox).catch(() => [])).toEqual([]);
});

test('with no producer the file lies in the inbox, whole, and that is said', async () => {
  const { code, stdout } = await place.run('submit', good);
  expect(stdout).toBe(
    'ports-of-occitanie.json: dropped, and not taken yet: no producer seems to run. It is taken as soon as one does.\n',
  );
  expect(code).toBe(0);
  expect(await readdir(place.inbox)).toEqual(['ports-of-occitanie.json']);
  expect(await readFile(join(place.inbox, 'ports-of-occitanie.json'))).toEqual(await readFile(good));
});

test('a provider that is not configured is wrong use', async () => {
  const { code, stderr } = await place.run('submit', good, '--provider', 'insula');
  expect(stderr).toBe('nightpass: no provider insula; configured: airbus\n');
  expect(code).toBe(2);
});

test('a name that is taken is left to whom it belongs', async () => {
  const drop = (bytes: string) => dropFile(place.inbox, undefined, 'a.json', Buffer.from(bytes));
  expect([(await drop('1')).file, (await drop('2')).file, (await drop('3')).file]).toEqual([
    'a.json',
    'a-2.json',
    'a-3.json',
  ]);
  expect(await readFile(join(place.inbox, 'a.json'), 'utf8')).toBe('1');
  expect((await readdir(place.inbox)).sort()).toEqual(['a-2.json', 'a-3.json', 'a.json']);
});

test('a number goes before the ending that means something', () => {
  expect(numbered('a.again.json', 2)).toBe('a-2.again.json');
  expect(numbered('a.JSON', 3)).toBe('a-3.JSON');
  expect(numbered('a.json', 1)).toBe('a.json');
});
