import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInbox } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PeopleBoard, startPeopleBoard } from '../access/test-people.ts';
import { bodyOf, contentOf, drive, openSample } from '../test-ledger.ts';

let board: PeopleBoard;
let inboxDir: string;
beforeAll(async () => {
  inboxDir = await mkdtemp(join(tmpdir(), 'nightpass-upload-'));
  board = await startPeopleBoard({ inboxDir, maxFileBytes: 100_000 });
});
afterAll(async () => {
  await board.stop();
  await rm(inboxDir, { recursive: true, force: true });
});

const otto = () => ({ authorization: `Bearer ${board.tokens.operator}` });
const call = (method: string, path: string, body?: unknown) => board.call(method, `/api/v1${path}`, otto(), body);
const json = async (path: string) => bodyOf(await call('GET', path));

async function until<T>(look: () => Promise<T>, is: (seen: T) => boolean): Promise<T> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (is(seen)) return seen;
    if (performance.now() > endMs) throw new Error(`it never came: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test('one family among three is previewed, redriven, and nothing else; then it stands in the audit log', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 9 }) });
  const causes = ['image 1 not found', 'quota used up', 'timeout after 30 s'];
  for (let i = 0; i < 9; i++)
    await drive(board.ledger, place(i), 'failed', (causes[i % 3] ?? '').replace('1', String(i)));
  const { items } = (await json(`/batches/${id}/families`)) as {
    items: { id: string; count: number; shape: string }[];
  };
  expect(items.map(({ count }) => count)).toEqual([3, 3, 3]);
  const family = items.find(({ shape }) => shape.startsWith('image'))?.id;
  const wanted = { action: 'redrive', target: { kind: 'family', batch: id, family } };
  const preview = await bodyOf(await call('POST', '/actions/preview', wanted));
  expect(preview).toMatchObject({ tasks: 3, phases: { failed: 3 } });
  const begin = { ...wanted, preview: preview.preview, why: 'the images are there now' };
  const begun = await call('POST', '/actions', begin);
  expect(begun.status).toBe(202);
  const done = await until(
    () => json(begun.headers.get('location')?.slice('/api/v1'.length) ?? ''),
    ({ state }) => state === 'done',
  );
  expect(done).toMatchObject({ changed: 3, looked: 3, who: "token the operator's" });
  expect(await board.ledger.redis.get(board.ledger.keys.grid(id))).toBe('qffqffqff');
  // Sent once more, it is the same action.
  expect(await bodyOf(await call('POST', '/actions', begin))).toMatchObject({ id: done.id, state: 'done' });
  const log = (await json('/audit')) as { items: unknown[] };
  expect(log.items.slice(0, 2)).toMatchObject([
    { event: 'ended', actionId: done.id, changed: 3, outcome: 'done' },
    { event: 'begun', action: 'redrive', why: 'the images are there now', role: 'operator', tasks: 3 },
  ]);
  const found = (await json(`/tasks?batch=${id}&family=${family}`)) as { total: number };
  expect(
    (
      await until(
        () => json(`/tasks?batch=${id}&family=${family}`),
        (page) => page.total === 0,
      )
    ).total,
  ).toBe(0);
  expect(found).toBeDefined();
});

test('an action by error text chooses what the search shows: what an open task met before is no failure of it', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 3 }) });
  await drive(board.ledger, place(0), 'failed', '429: slow down');
  const { redis, keys } = board.ledger;
  await redis.hset(keys.task(place(1).ref), 'reason', '429: slow down', 'rule', 'throttled');
  const shown = await until(
    () => json(`/tasks?batch=${id}&error=slow`),
    ({ complete }) => complete === true,
  );
  const wanted = { action: 'cancel', target: { kind: 'filter', filter: { batch: id, error: 'slow' } } };
  expect(await bodyOf(await call('POST', '/actions/preview', wanted))).toMatchObject({ matched: 1, tasks: 0 });
  expect(shown.total).toBe(1);
});

test('another token may not begin what somebody else previewed, nor something else', async () => {
  const { id } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) });
  const wanted = { action: 'cancel', target: { kind: 'tasks', tasks: [`${id}-0-0`] } };
  const { preview } = await bodyOf(await call('POST', '/actions/preview', wanted));
  const admin = { authorization: `Bearer ${board.tokens.admin}` };
  expect((await board.call('POST', '/api/v1/actions', admin, { ...wanted, preview, why: 'x' })).status).toBe(409);
  const more = { action: 'cancel', target: { kind: 'batch', batch: id }, preview, why: 'x' };
  expect((await call('POST', '/actions', more)).status).toBe(409);
  expect(await board.ledger.redis.get(board.ledger.keys.grid(id))).toBe('qq');
});

test('tasks are put first in the queue, in their order, and a whole batch takes another rank', async () => {
  const { id } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 6 }) });
  const launch = board.queues.get('airbus')?.launch;
  await launch?.addBulk(
    [0, 1, 2].map((z) => ({ name: 'x', data: { b: id, p: 0, z }, opts: { jobId: `${id}-0-${z}` } })),
  );
  const act = async (target: object, priority: number) => {
    const wanted = { action: 'priority', target, priority };
    const { preview } = await bodyOf(await call('POST', '/actions/preview', wanted));
    const { id: action } = await bodyOf(await call('POST', '/actions', { ...wanted, preview, why: 'urgent' }));
    return until(
      () => json(`/actions/${action}`),
      ({ state }) => state !== 'running',
    );
  };
  const tasks = [`${id}-0-2`, `${id}-0-5`];
  expect(await act({ kind: 'tasks', tasks }, 5)).toMatchObject({ state: 'done', changed: 2 });
  const waiting = async () => (await launch?.getWaiting())?.map((job) => job.id?.slice(id.length + 1));
  expect(await waiting()).toEqual(['0-2', '0-5', '0-0', '0-1']);
  expect(await act({ kind: 'batch', batch: id }, 7)).toMatchObject({ state: 'done' });
  expect(await json(`/batches/${id}`)).toMatchObject({ batch: { priority: 7 } });
  expect(await waiting()).toEqual(['0-0', '0-1', '0-2', '0-3', '0-4', '0-5']);
});

test('what changes is told as it changes, and a reconnection goes on where it was', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) });
  const open = async (headers: Record<string, string> = {}) => {
    const stop = new AbortController();
    const answer = await fetch(`${board.url}/api/v1/events`, {
      headers: { ...otto(), ...headers },
      signal: stop.signal,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const untilSays = async (pattern: RegExp) => {
      for (;;) {
        const match = pattern.exec(text);
        if (match) return match;
        const { value, done } = (await reader?.read()) ?? { done: true, value: '' };
        if (done) throw new Error(`never said ${pattern}: ${text}`);
        text += value;
      }
    };
    return { untilSays, close: () => stop.abort(), type: answer.headers.get('content-type') };
  };
  const first = await open();
  expect(first.type).toContain('text/event-stream');
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  await drive(board.ledger, place(0), 'failed', 'no');
  const [, lastId] = await first.untilSays(new RegExp(`id: (\\S+)\\nevent: batch\\ndata: \\{"id":"${id}".*"failed":1`));
  first.close();
  await drive(board.ledger, place(1), 'failed', 'no');
  const second = await open({ 'last-event-id': String(lastId) });
  await second.untilSays(new RegExp(`event: batch\\ndata: \\{"id":"${id}".*"failed":2`));
  second.close();
  const third = await open({ 'last-event-id': 'another-1' });
  await third.untilSays(/event: reset/);
  third.close();
});

test('without a producer nothing is uploaded; with one the file lies in the inbox as if it had been dropped', async () => {
  const upload = (query: string, body: string) =>
    fetch(`${board.url}/api/v1/batches?${query}`, {
      method: 'POST',
      headers: { ...otto(), 'content-type': 'application/json' },
      body,
    });
  expect((await upload('name=x.json', '{}')).status).toBe(409);
  await openInbox(inboxDir);
  const answer = await upload('name=evening.json&provider=insula&again=true', '{"a":1}');
  expect(answer.status).toBe(202);
  expect(await bodyOf(answer)).toEqual({
    file: 'insula/evening.again.json',
    receipt: '/api/v1/receipts?file=insula%2Fevening.again.json',
  });
  expect(await readFile(join(inboxDir, 'insula', 'evening.again.json'), 'utf8')).toBe('{"a":1}');
  expect(await json('/receipts?file=insula%2Fevening.again.json')).toMatchObject({ state: 'waiting' });
  expect((await upload('name=big.json', 'x'.repeat(100_001))).status).toBe(413);
  for (const name of ['../x.json', 'a/b.json', '%2e%2e%2fx', 'x.receipt.json', '.hidden/x', 'a%00b'])
    expect([name, (await upload(`name=${name}`, '{}')).status]).toEqual([name, 400]);
  expect((await upload('name=x&provider=nobody', '{}')).status).toBe(400);
  for (const file of ['../x.json', 'accepted/b1.json', 'x/../y.json', 'nightpass.yaml'])
    expect([file, (await call('GET', `/receipts?file=${encodeURIComponent(file)}`)).status]).toEqual([file, 400]);
  expect((await readdir(inboxDir)).sort()).toEqual(['.nightpass', 'accepted', 'insula', 'rejected']);
});

test('a redrive at a pace of its own is under way for all to see, is stopped once, and says so in the audit log', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 5 }) });
  for (let zone = 0; zone < 5; zone++) await drive(board.ledger, place(zone), 'failed', 'no such image');
  const wanted = { action: 'redrive', target: { kind: 'batch', batch: id }, perMinute: 1 };
  const preview = await bodyOf(await call('POST', '/actions/preview', wanted));
  expect(preview.says).toBe(`This launches again 5 tasks of batch ${id}, at most 1 a minute.`);
  // What was previewed at a pace is not begun without one.
  const { perMinute: _, ...faster } = wanted;
  expect((await call('POST', '/actions', { ...faster, preview: preview.preview, why: 'x' })).status).toBe(409);
  const begun = await bodyOf(await call('POST', '/actions', { ...wanted, preview: preview.preview, why: 'slowly' }));
  await until(
    () => json('/actions'),
    ({ items }) => (items as { changed: number }[]).some(({ changed }) => changed === 1),
  );
  expect(await json('/actions')).toEqual({
    items: [expect.objectContaining({ id: begun.id, perMinute: 1, tasks: 5 })],
  });

  const stop = () => call('POST', `/actions/${begun.id}/stop`, { why: 'the wrong image' });
  expect(await bodyOf(await stop())).toMatchObject({ state: 'stopped', changed: 1 });
  expect((await stop()).status).toBe(409);
  expect((await call('POST', `/actions/${'0'.repeat(32)}/stop`, { why: 'x' })).status).toBe(404);
  expect(await json('/actions')).toEqual({ items: [] });
  expect(await board.ledger.redis.get(board.ledger.keys.grid(id))).toBe('qffff');
  const { items } = (await json('/audit')) as { items: unknown[] };
  expect(items[0]).toMatchObject({ event: 'ended', outcome: 'stopped', why: 'the wrong image', changed: 1 });
});

test.each([
  ['cancel', 5, 422],
  ['redrive', 0, 400],
  ['redrive', '5', 400],
])('a pace for %s of %j is refused with %i', async (action, perMinute, status) => {
  const { id } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  const answer = await call('POST', '/actions/preview', { action, target: { kind: 'batch', batch: id }, perMinute });
  expect(answer.status).toBe(status);
});
