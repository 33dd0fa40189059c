import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecrets } from './secrets.ts';

const login = { refreshToken: 'planted-refresh', issuer: 'https://id.example', clientId: 'nightpass' };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'nightpass-login-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function store() {
  const secrets = createSecrets({}, { dataDir });
  const at = secrets.login('openeo');
  if (!at) throw new Error('no store');
  return { secrets, at, file: join(dataDir, 'credentials', 'openeo.json') };
}

test('a login is kept for our user only, comes back whole, and is never to be shown', () => {
  const { at, file } = store();
  expect(at.read()).toBeUndefined();
  at.write(login);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'credentials')).mode & 0o777).toBe(0o700);
  const another = store();
  expect(another.at.read()).toEqual(login);
  expect(another.secrets.known()).toEqual(['planted-refresh']);
});

test('its successor takes its place in one step, and leaves nothing beside it', () => {
  const { at, file } = store();
  at.write(login);
  chmodSync(file, 0o644);
  at.write({ ...login, refreshToken: 'planted-successor' });
  expect(at.read()?.refreshToken).toBe('planted-successor');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dataDir, 'credentials'))).toEqual(['openeo.json']);
});

test.each(['', '{"refreshToken": "planted', '{"refreshToken": 7}', '[]'])(
  '%j in its place is told by the path only',
  (text) => {
    const { at, file } = store();
    at.write(login);
    writeFileSync(file, text);
    expect(() => at.read()).toThrow(`the file ${file} holds no login: run nightpass login openeo`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('one at a time renews it, among all processes of the machine', async () => {
  const { at } = store();
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 10));
    inside -= 1;
    return 'done';
  };
  expect(await Promise.all([at.exclusively(work), store().at.exclusively(work), at.exclusively(work)])).toEqual(
    Array(3).fill('done'),
  );
  expect(most).toBe(1);
  expect(readdirSync(join(dataDir, 'credentials'))).toEqual([]);
});

test('work that throws gives the lock back, and so does a process that died with it', async () => {
  const { at, file } = store();
  await expect(at.exclusively(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  writeFileSync(`${file}.lock`, 'a process that is gone');
  const longAgo = Date.now() / 1000 - 600;
  utimesSync(`${file}.lock`, longAgo, longAgo);
  expect(await at.exclusively(async () => 'mine')).toBe('mine');
});

test('where no data folder is known, there is no login', () => {
  expect(createSecrets({}).login('openeo')).toBeUndefined();
});
