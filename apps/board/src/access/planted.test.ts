import { PassThrough } from 'node:stream';
import { taskIdOf } from '@nightpass/core';
import { createLogger, createSecrets } from '@nightpass/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, drive, openSample } from '../test-ledger.ts';
import { type PeopleBoard, passwords, startPeopleBoard } from './test-people.ts';

/** Secrets are planted wherever the board comes by one; then everything it answers, logs and keeps is searched. */

let board: PeopleBoard;
let batch: string;
const signed = 'planted-signature-of-a-result';
const said: string[] = [];
const planted: Record<string, string> = {};

beforeAll(async () => {
  const out = new PassThrough();
  out.on('data', (line) => said.push(String(line)));
  const log = createLogger('board', { level: 'trace', secrets: createSecrets({}), to: out });
  board = await startPeopleBoard({}, log);
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) });
  batch = id;
  await drive(board.ledger, place(0), 'succeeded');
  const links = [{ name: 'result.tif', href: `https://store.example/r?sig=${signed}`, type: 'image/tiff' }];
  await board.ledger.redis.hset(board.ledger.keys.task(place(0).ref), 'results', JSON.stringify({ links }));
  for (const [name, password] of Object.entries(passwords)) planted[`password of ${name}`] = password;
  for (const [role, token] of Object.entries(board.tokens)) planted[`token of ${role}`] = token.slice(16);
  for (const name of ['vera', 'otto', 'ada'] as const)
    planted[`session of ${name}`] = (await board.cookieOf(name)).split('=')[1] ?? '';
  for (const [name, { passwordHash }] of board.users) planted[`hash of ${name}`] = passwordHash.split(':').at(-1) ?? '';
});
afterAll(() => board.stop());

async function everyAnswer(): Promise<string> {
  const admin = { authorization: `Bearer ${board.tokens.admin}` };
  const api = [
    'overview',
    'openapi.json',
    'providers',
    'batches',
    'tasks',
    'audit',
    'session',
    'tokens',
    `batches/${batch}`,
  ];
  api.push(...['grid', 'zones', 'processes', 'timeline', 'families'].map((part) => `batches/${batch}/${part}`));
  api.push(`tasks/${taskIdOf({ batchId: batch as never, processIndex: 0, zoneIndex: 0 })}`, 'nowhere', 'tasks?limit=x');
  const pages = ['/', '/queues', '/metrics', `/batches/${batch}`, `/tasks/${batch}-0-0`, '/login', '/healthz'];
  const texts: string[] = [];
  for (const path of [...api.map((it) => `/api/v1/${it}`), ...pages]) {
    const answer = await board.call('GET', path, admin);
    texts.push(path, await answer.text(), JSON.stringify([...answer.headers]));
  }
  // Wrong passwords, tokens and bodies are not given back either.
  const wrong = { name: 'vera', password: `${passwords.ada}` };
  texts.push(await (await board.call('POST', '/api/v1/session', { origin: board.url }, wrong)).text());
  texts.push(await (await board.call('POST', '/api/v1/tokens', admin, { name: 'x', secret: passwords.ada })).text());
  texts.push(await (await board.call('GET', '/', { authorization: `Bearer ${board.tokens.admin}x` })).text());
  return texts.join('\n');
}

async function everyKey(): Promise<string> {
  const { redis } = board.ledger;
  const texts: string[] = [];
  for (const key of await redis.keys('*')) {
    texts.push(key, (await redis.dump(key))?.toString() ?? '');
    const type = await redis.type(key);
    if (type === 'hash') texts.push(JSON.stringify(await redis.hgetall(key)));
    if (type === 'string') texts.push((await redis.get(key)) ?? '');
    if (type === 'stream') texts.push(JSON.stringify(await redis.xrange(key, '-', '+')));
  }
  return texts.join('\n');
}

test('no planted secret is in any answer, any log line, or any key', async () => {
  const [answers, keys] = [await everyAnswer(), await everyKey()];
  expect(answers).toContain('result.tif');
  const logged = said.join('');
  expect(logged).toContain('signed in');
  expect(keys).toContain(':access:session:');
  for (const [what, secret] of Object.entries({ ...planted, 'signature of a result': signed })) {
    expect(secret.length).toBeGreaterThan(12);
    expect([what, answers.includes(secret)]).toEqual([what, false]);
    expect([what, logged.includes(secret)]).toEqual([what, false]);
    // The ledger needs the address of a result to fetch it.
    if (secret !== signed) expect([what, keys.includes(secret)]).toEqual([what, false]);
  }
});
