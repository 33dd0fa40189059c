import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftovers } from './durable-file.ts';
import { nameKind } from './file-names.ts';
import { isMounted, openInbox } from './inbox.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nightpass-inbox-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('an inbox has one id, whoever opens it, and however many at a time', async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openInbox(join(dir, 'inbox'))));
  expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  expect((await openInbox(join(dir, 'inbox'))).id).toBe(opened[0]?.id);
  expect((await openInbox(join(dir, 'another'))).id).not.toBe(opened[0]?.id);
  expect((await readdir(join(dir, 'inbox'))).sort()).toEqual(['.nightpass', 'accepted', 'rejected']);
});

test('an id that was cut short by a crash is written anew', async () => {
  const inbox = await openInbox(dir);
  await writeFile(join(dir, '.nightpass', 'inbox-id'), '');
  expect((await openInbox(dir)).id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await isMounted(inbox)).toBe(false);
});

test('a folder that cannot be used is named at the start, with what to do', async () => {
  await writeFile(join(dir, 'accepted'), 'a file in the way');
  await expect(openInbox(dir)).rejects.toThrow(
    `the inbox folder ${join(dir, 'accepted')} cannot be written to (EEXIST): a file of that name is in the way: move it`,
  );
});

test.each([
  ['batch', 'a.json', 'a.JSON', 'a.again.json', 'a b.json'],
  ['ignored', '.a.json', '~$a.json', 'a.json~', 'a.json.tmp', 'a.json.part', 'a.json.crdownload', '.a.json.swp'],
  ['ignored', 'a.json.receipt.json', 'a.json.result.json', 'a.json.result.geojson', 'a.json.b0.result.json'],
  ['foreign', 'a.geojson', 'a.txt', 'json', 'a.json.zip'],
] as const)('by their names, these are %s files: %s, %s, %s, %s', (kind, ...names) => {
  for (const name of names) expect([name, nameKind(name)]).toEqual([name, kind]);
});

test('what a writer that died has left is removed after an hour, and nothing else', async () => {
  const old = '.0123456789abcdef.nightpass-tmp';
  for (const name of [old, '.fedcba9876543210.nightpass-tmp', 'a.json']) await writeFile(join(dir, name), '');
  await utimes(join(dir, old), new Date(0), new Date(0));
  await utimes(join(dir, 'a.json'), new Date(0), new Date(0));
  await removeLeftovers(dir, Date.now());
  expect((await readdir(dir)).sort()).toEqual(['.fedcba9876543210.nightpass-tmp', 'a.json']);
});
