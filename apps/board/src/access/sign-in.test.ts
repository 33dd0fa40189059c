import { BlockList } from 'node:net';
import { findToken, revokeToken } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf } from '../test-ledger.ts';
import { openAccess } from './settings.ts';
import { type PeopleBoard, passwords, startPeopleBoard } from './test-people.ts';

let board: PeopleBoard;
beforeAll(async () => {
  board = await startPeopleBoard();
});
afterAll(() => board.stop());

const form = (name: string, password: string, next = '/') =>
  fetch(`${board.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: board.url },
    body: new URLSearchParams({ name, password, next }),
  });

test('the form signs in without any script, and leads back to where one wanted to go', async () => {
  const page = await board.get('/login?next=/batches/b1');
  const text = await page.text();
  expect(text).toContain('name="next" value="/batches/b1"');
  expect(text).not.toContain('<script');
  expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
  const answer = await form('otto', passwords.otto, '/batches/b1');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/batches/b1');
  const cookie = answer.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^nightpass-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  const session = await board.call('GET', '/api/v1/session', { cookie: cookie.split(';')[0] ?? '' });
  expect(await bodyOf(session)).toMatchObject({ user: 'otto', role: 'operator', by: 'session' });
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example'])(
  'after signing in nobody is led to %j',
  async (next) => {
    expect((await form('vera', passwords.vera, next)).headers.get('location')).toBe('/');
  },
);

test('by https the cookie is Secure, and bound to this host', async () => {
  const answer = await board.call(
    'POST',
    '/api/v1/session',
    { origin: board.url, 'x-forwarded-proto': 'https' },
    { name: 'ada', password: passwords.ada },
  );
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-nightpass-session=.*; HttpOnly; SameSite=Strict; Secure$/);
});

test('signing out ends the session for good', async () => {
  const cookie = await board.cookieOf('vera');
  const headers = { cookie, origin: board.url };
  expect((await board.call('DELETE', '/api/v1/session', headers)).status).toBe(204);
  expect((await board.call('GET', '/api/v1/overview', { cookie })).status).toBe(401);
});

test('a session ends when it was idle, and at its end in any case; Redis holds no cookie', async () => {
  const { ledger } = board;
  const cookie = await board.cookieOf('vera');
  const keys = await ledger.redis.keys(`${ledger.keys.prefix}:access:session:*`);
  expect(keys.join()).not.toContain(cookie.split('=')[1]);
  for (const key of keys) expect(await ledger.redis.pttl(key)).toBeLessThanOrEqual(2 * 3_600_000);
  for (const key of keys) await ledger.redis.hset(key, 'expiresAt', 1);
  expect((await board.call('GET', '/api/v1/overview', { cookie })).status).toBe(401);
});

test('too many attempts by a name are refused, even with the right password; the others come in', async () => {
  const tries = Array.from({ length: 10 }, () => form('mallory', 'guess'));
  for (const answer of await Promise.all(tries)) expect(answer.status).toBe(401);
  const refused = await form('mallory', 'guess');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  expect((await form('ada', passwords.ada)).status).toBe(303);
});

test('a token that was revoked, or is over, opens nothing', async () => {
  const { operator } = board.tokens;
  const id = operator.split('_')[1] ?? '';
  const headers = { authorization: `Bearer ${operator}` };
  expect((await board.call('GET', '/api/v1/session', headers)).status).toBe(200);
  const stored = await board.ledger.redis.hgetall(`${board.ledger.keys.prefix}:access:tokens`);
  expect(JSON.stringify(stored)).not.toContain(operator.split('_').slice(2).join('_'));
  expect(await revokeToken(board.ledger, id, { who: 'a test', role: 'admin' })).toBe(true);
  expect(await findToken(board.ledger, operator)).toBeUndefined();
  expect((await board.call('GET', '/api/v1/session', headers)).status).toBe(401);
});

test('a proxy is believed from where it is, and by the roles it was given', async () => {
  const from = new BlockList();
  from.addAddress('127.0.0.1');
  const roles = { anna: 'operator', '*': 'viewer' } as const;
  const proxied = await startPeopleBoard({ access: { ...openAccess, proxy: { header: 'x-user', from, roles } } });
  try {
    const role = async (user: string) =>
      (await bodyOf(await proxied.call('GET', '/api/v1/session', { 'x-user': user }))).role;
    expect(await role('anna')).toBe('operator');
    expect(await role('somebody')).toBe('viewer');
    expect(await role('toString')).toBe('viewer');
    expect((await proxied.call('GET', '/api/v1/session')).status).toBe(401);
  } finally {
    await proxied.stop();
  }
});

test('guesses at the one user of a board are limited too; who has come in before goes on, and a stranger waits', async () => {
  const credentials = { user: 'ops', password: 'a long password' };
  const locked = await startPeopleBoard({ credentials, access: openAccess });
  try {
    const as = (password: string) =>
      locked.call('GET', '/api/v1/session', {
        authorization: `Basic ${Buffer.from(`ops:${password}`).toString('base64')}`,
      });
    const guesses = async (n: number) =>
      (await Promise.all(Array.from({ length: n }, (_, i) => as(`guess ${i}`)))).map(({ status }) => status);
    expect(new Set(await guesses(10))).toEqual(new Set([401]));
    expect((await as(credentials.password)).status).toBe(429);
    await locked.ledger.redis.flushall();
    expect((await as(credentials.password)).status).toBe(200);
    await guesses(10);
    expect((await as('guess')).status).toBe(429);
    expect((await as(credentials.password)).status).toBe(200);
  } finally {
    await locked.stop();
  }
});
