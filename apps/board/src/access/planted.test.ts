import { PassThrough } from 'node:stream';
import { taskIdOf } from '@nightpass/core';
import { createLogger, createSecrets } from '@nightpass/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, contentOf, drive, openSample } from '../test-ledger.ts';
import { filled, routesOf } from '../test-routes.ts';
import { type PeopleBoard, passwords, startPeopleBoard } from './test-people.ts';

/** Secrets are planted wherever the board comes by one; then everything it answers, logs and keeps is searched. */

let board: PeopleBoard;
let batch: string;
let action: string;
const signed = 'planted-signature-of-a-result';
const said: string[] = [];
const planted: Record<string, string> = {};
const admin = () => ({ authorization: `Bearer ${board.tokens.admin}` });

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
  const wanted = { action: 'cancel', target: { kind: 'batch', batch } };
  const { preview } = await bodyOf(await board.call('POST', '/api/v1/actions/preview', admin(), wanted));
  const begin = { ...wanted, preview, why: 'a test' };
  action = String((await bodyOf(await board.call('POST', '/api/v1/actions', admin(), begin))).id);
  for (const [name, { passwordHash }] of board.users) planted[`hash of ${name}`] = passwordHash.split(':').at(-1) ?? '';
});
afterAll(() => board.stop());

/** What is behind each parameter, by the route it is in. */
function valuesFor(path: string): Record<string, string> {
  const task = taskIdOf({ batchId: batch as never, processIndex: 0, zoneIndex: 0 });
  const id = path.includes('/batches/') ? batch : path.includes('/actions/') ? action : task;
  return { id, queueName: 'airbus.track', jobId: task };
}

/** Some need more than a path to say anything. */
const queries: Record<string, string[]> = {
  '/api/v1/receipts': ['?file=x.json'],
  '/api/v1/tasks': ['', '?limit=x'],
  '/api/v1/batches/:id/report': ['', '?format=csv', '?format=geojson', '?format=json', '?format=junit'],
  '/api/v1/batches/:id/zones': ['', '?shape=points'],
};

/** Every page, every GET of the API and of the queues: as the board's own routes name them. */
async function everyAnswer(): Promise<{ text: string; asked: string[] }> {
  const gets = routesOf(board.app).filter(({ method, path }) => method === 'GET' && !path.includes('*'));
  const paths = gets.flatMap(({ path }) =>
    (queries[path] ?? ['']).map((query) => filled(path, valuesFor(path)) + query),
  );
  const texts: string[] = [];
  for (const path of [...paths, '/api/v1/nowhere', '/nowhere', '/console/index.html']) {
    const stop = new AbortController();
    const answer = await fetch(board.url + path, { headers: admin(), redirect: 'manual', signal: stop.signal });
    expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status < 500)]);
    // Events never end: their beginning is all there is.
    const isEndless = answer.headers.get('content-type')?.includes('event-stream');
    const text = isEndless ? await firstOf(answer) : await answer.text();
    stop.abort();
    texts.push(path, text, JSON.stringify([...answer.headers]));
  }
  // Wrong passwords, tokens and bodies are not given back either.
  const wrong = { name: 'vera', password: `${passwords.ada}` };
  texts.push(await (await board.call('POST', '/api/v1/session', { origin: board.url }, wrong)).text());
  texts.push(await (await board.call('POST', '/api/v1/tokens', admin(), { name: 'x', secret: passwords.ada })).text());
  texts.push(await (await board.call('GET', '/', { authorization: `Bearer ${board.tokens.admin}x` })).text());
  return { text: texts.join('\n'), asked: paths };
}

async function firstOf({ body }: Response): Promise<string> {
  const { value } = (await body?.getReader().read()) ?? {};
  return Buffer.from(value ?? []).toString();
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
  const [{ text: answers, asked }, keys] = [await everyAnswer(), await everyKey()];
  const described = (await bodyOf(await board.call('GET', '/api/v1/openapi.json', admin()))) as { paths: object };
  const gets = Object.entries(described.paths).filter(([, methods]) => 'get' in methods);
  for (const [path] of gets) {
    const own = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
    expect([path, asked.some((it) => own.test(it))]).toEqual([path, true]);
  }
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
