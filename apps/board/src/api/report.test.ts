import { placeHold, readHolds } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, contentOf, drive, openSample, startTestBoard, type TestBoard } from '../test-ledger.ts';

/** Reports and results by the API; holds that are lifted by it. */

let board: TestBoard;
let id: string;
beforeAll(async () => {
  board = await startTestBoard();
  const sample = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 3 }) });
  id = sample.id;
  await drive(board.ledger, sample.place(0), 'succeeded');
  await drive(board.ledger, sample.place(1), 'failed', 'no such image');
  const links = [{ name: 'a.tif', href: 'https://store.example/a.tif?sig=a-signature', size: 3 }];
  await board.ledger.redis.hset(board.ledger.keys.task(sample.place(0).ref), 'results', JSON.stringify({ links }));
});
afterAll(() => board.stop());

const ask = (path: string, init: RequestInit = {}) => fetch(`${board.url}/api/v1${path}`, init);

test.each([
  ['html', 'text/html; charset=utf-8', /^<!doctype html>/],
  ['csv', 'text/csv; charset=utf-8', /no such image/],
  ['geojson', 'application/geo+json; charset=utf-8', /^\{"type":"FeatureCollection"/],
  ['json', 'application/json; charset=utf-8', /^\{"nightpass":1,/],
  ['junit', 'application/xml; charset=utf-8', /^<\?xml version="1.0"/],
])('a report as %s is a file to be kept, and never a page of the board', async (format, type, says) => {
  const answer = await ask(`/batches/${id}/report?format=${format}&timeZone=Asia/Tokyo`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('content-disposition')).toContain(`attachment; filename="${id}.report.`);
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect(await answer.text()).toMatch(says);
});

test('a format, a time zone or a batch that is none is refused before anything is written', async () => {
  expect((await ask(`/batches/${id}/report?format=pdf`)).status).toBe(400);
  expect((await ask(`/batches/${id}/report?timeZone=Nowhere/Land`)).status).toBe(400);
  expect((await ask('/batches/b000000000000/report')).status).toBe(404);
});

test('few reports are written at a time: others are told to ask again, until somebody is through or has gone', {
  timeout: 60_000,
}, async () => {
  const few = contentOf({ processes: 10, zones: 10_000 });
  // More than 100 MB: what lies between the two takes up to 40.
  const zones = few.zones.map((zone) => ({ ...zone, location: zone.location.padEnd(1_000, ' and its harbour') }));
  const large = await openSample(board.ledger, { content: { ...few, zones } });
  const path = `/batches/${large.id}/report?format=csv`;
  const stop = new AbortController();
  // Nobody reads them: they stand still when what lies between is full.
  const plain = { headers: { 'accept-encoding': 'identity' }, signal: stop.signal };
  const first = await Promise.all([ask(path, plain), ask(path, plain)]);
  const third = await ask(path);
  expect(third.status).toBe(429);
  expect(third.headers.get('retry-after')).toBe('5');
  expect(await bodyOf(third)).toMatchObject({ detail: expect.stringContaining('other reports') });
  // Named here because fetch hangs up on an answer that nobody can read any more, when its garbage is collected.
  expect(first.map(({ status }) => status)).toEqual([200, 200]);
  stop.abort();
  const endMs = performance.now() + 30_000;
  let again = await ask(path);
  while (again.status === 429 && performance.now() < endMs) {
    await again.body?.cancel();
    again = await ask(path);
  }
  expect(again.status).toBe(200);
  expect((await again.text()).trimEnd().split('\n')).toHaveLength(100_001);
});

test('a report that cannot be begun is answered by a problem that can be read', async () => {
  const broken = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  const { redis, keys } = board.ledger;
  await redis.del(keys.zones(broken.id));
  await redis.set(keys.zones(broken.id), 'no list');
  const answer = await ask(`/batches/${broken.id}/report`);
  expect([answer.status, answer.headers.get('content-disposition')]).toEqual([500, null]);
  expect(await bodyOf(answer)).toMatchObject({ status: 500, title: 'Something broke' });
});

test('results are told as the ledger knows them: of an address only where it leads', async () => {
  const answer = await ask(`/batches/${id}/results`);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const [line, ...rest] = (await answer.text()).trim().split('\n');
  expect(JSON.parse(line ?? '')).toEqual({
    task: `${id}-0-0`,
    results: [{ name: 'a.tif', sizeBytes: 3, origin: 'https://store.example' }],
  });
  expect(rest).toEqual([]);
  expect(await (await ask(`/batches/${id}/results?task=${id}-0-1`)).text()).toBe('');
  expect((await ask(`/batches/${id}/results?task=b0-0-0`)).status).toBe(400);
});

test('a resume lifts what it names; without a name, what a person placed', async () => {
  const { ledger } = board;
  const place = (kind: 'person' | 'outage') =>
    placeHold(ledger, 'insula', { kind, forMs: kind === 'person' ? undefined : 3_600_000, reason: 'a test' });
  const kinds = async () => (await readHolds(ledger, 'insula', Date.now())).map(({ kind }) => kind).sort();
  const post = async (path: string, body: object) =>
    bodyOf(
      await ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const resume = async (more: object) => {
    const wanted = { action: 'resume', target: { kind: 'provider', provider: 'insula' }, ...more };
    const { preview } = await post('/actions/preview', wanted);
    const begun = await post('/actions', { ...wanted, preview, why: 'it is back' });
    const endMs = performance.now() + 10_000;
    for (;;) {
      const { state } = await bodyOf(await ask(`/actions/${begun.id}`));
      if (state !== 'running') return state;
      if (performance.now() > endMs) throw new Error('it never ended');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await place('person');
  await place('outage');
  expect(await resume({})).toBe('done');
  expect(await kinds()).toEqual(['outage']);
  await place('person');
  expect(await resume({ holds: ['person', 'outage'] })).toBe('done');
  expect(await kinds()).toEqual([]);
  const wrong = { action: 'pause', target: { kind: 'provider', provider: 'insula' }, holds: ['outage'] };
  expect(await post('/actions/preview', wrong)).toMatchObject({ status: 422 });
  const [ended] = ((await bodyOf(await ask('/audit'))) as { items: unknown[] }).items;
  expect(ended).toMatchObject({ event: 'ended', target: 'provider insula; holds person, outage' });
});
