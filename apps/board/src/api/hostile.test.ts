import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, drive, openSample, startTestBoard, type TestBoard } from '../test-ledger.ts';

/** Whatever somebody sends, the answer is a problem that names the field, and the board goes on. */

let board: TestBoard;
let id: string;
beforeAll(async () => {
  board = await startTestBoard();
  const sample = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) });
  id = sample.id;
  await drive(board.ledger, sample.place(0), 'failed', 'a * in it? [yes] \\ (no)');
});
afterAll(() => board.stop());

const get = (path: string) => board.get(`/api/v1${path}`, { accept: 'application/json' });
const post = (path: string, body: string, type = 'application/json') =>
  fetch(`${board.url}/api/v1${path}`, { method: 'POST', body, headers: { 'content-type': type } });

const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  ['/tasks?limit=0', 'query.limit'],
  ['/tasks?limit=1e9', 'query.limit'],
  ['/tasks?limit=5&limit=6', 'query.limit'],
  ['/tasks?phase=nope', 'query.phase.0'],
  ['/tasks?phase=failed,', 'query.phase.1'],
  ['/tasks?process=-1', 'query.process.0'],
  ['/tasks?process=1e400', 'query.process.0'],
  ['/tasks?family=__proto__', 'query.family'],
  ['/tasks?batch=../../etc', 'query.batch'],
  [`/tasks?error=${'x'.repeat(201)}`, 'query.error'],
  ['/tasks?sort=constructor', 'query.sort'],
  [`/tasks?cursor=${'x'.repeat(501)}`, 'query.cursor'],
  ['/batches?state=dead', 'query.state'],
  ['/batches/..%2f..%2fetc', 'params.id'],
  ['/batches/a:b', 'params.id'],
  ['/batches/b1/zones?from=-1', 'query.from'],
  ['/batches/b1/zones?limit=0', 'query.limit'],
  ['/actions/1', 'params.id'],
])('%s is refused, and says that it is %s', async (path, field) => {
  const answer = await get(path);
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path: field }] });
});

test.each([
  ['not base64', '%%%'],
  ['not JSON', Buffer.from('{').toString('base64url')],
  ['of another list', cursor([1, 'x'])],
  ['with a place that is none', cursor({ batch: 'x', index: -1, byte: 0 })],
  ['a prototype', cursor({ __proto__: { batch: 'x' } })],
])('a cursor that is %s is no cursor', async (_, text) => {
  expect((await get(`/tasks?cursor=${text}`)).status).toBe(400);
});

test('a place beyond the batch ends the list, and a text is a text whatever is in it', async () => {
  const beyond = await get(`/tasks?batch=${id}&cursor=${cursor({ batch: id, index: 1e12, byte: 1e6 })}`);
  expect(await beyond.json()).toMatchObject({ items: [] });
  for (const text of ['a * in it? [yes] \\ (no)', '\\', '[', '(no)']) {
    const found = await get(`/tasks?batch=${id}&error=${encodeURIComponent(text)}`);
    expect(await found.json()).toMatchObject({ total: 1 });
  }
  for (const text of ['.*', '\n', '%00', '\u0000']) {
    const found = await get(`/tasks?batch=${id}&location=${encodeURIComponent(text)}`);
    expect([text, await found.json()]).toMatchObject([text, { total: 0 }]);
  }
});

test.each([
  ['no JSON', '{', 'application/json', 400],
  ['nothing', '', 'application/json', 400],
  ['a form', 'action=cancel', 'application/x-www-form-urlencoded', 415],
  ['plain text, as another site could send it', '{}', 'text/plain', 415],
  [
    'an unknown key',
    JSON.stringify({ action: 'cancel', target: { kind: 'batch', batch: 'b1' }, force: true }),
    'application/json',
    400,
  ],
  [
    'a target of two kinds',
    JSON.stringify({ action: 'cancel', target: { kind: 'batch', tasks: ['x'] } }),
    'application/json',
    400,
  ],
  ['a prototype', '{"__proto__":{"action":"cancel"}}', 'application/json', 400],
  [
    'a batch that is not there',
    JSON.stringify({ action: 'cancel', target: { kind: 'batch', batch: 'b1' } }),
    'application/json',
    404,
  ],
  [
    'a provider that is not there',
    JSON.stringify({ action: 'pause', target: { kind: 'provider', provider: 'x' } }),
    'application/json',
    422,
  ],
  [
    'a pause of tasks',
    JSON.stringify({ action: 'pause', target: { kind: 'tasks', tasks: ['x'] } }),
    'application/json',
    422,
  ],
  ['too much', JSON.stringify({ action: 'cancel', pad: 'x'.repeat(2_000_000) }), 'application/json', 413],
])('a preview of %s is refused', async (_, body, type, status) => {
  const answer = await post('/actions/preview', body, type);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ status });
});

test('an answer never tells where in our code something broke', async () => {
  for (const path of ['/tasks/x', '/nowhere', '/batches/b1', '/tasks?limit=x']) {
    expect(await (await get(path)).text()).not.toMatch(/node_modules|\.ts:|\bat \w+ \(/);
  }
});
