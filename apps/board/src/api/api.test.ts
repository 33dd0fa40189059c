import { setTimeout as sleep } from 'node:timers/promises';
import { launchKeyOf } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, contentOf, drive, openSample, startTestBoard, type TestBoard } from '../test-ledger.ts';
import { batchDetail, batchPage, familyList, processList, timeline } from './schemas/batches.ts';
import { providers } from './schemas/providers.ts';
import { taskDetail, taskPage } from './schemas/tasks.ts';

let board: TestBoard;
let id: string;
beforeAll(async () => {
  board = await startTestBoard();
  const content = contentOf({ processes: 2, zones: 5 }, { name: 'Evening round' });
  const sample = await openSample(board.ledger, { content });
  id = sample.id;
  await drive(board.ledger, sample.place(0), 'succeeded', '', { amount: 12.98, unit: 'EUR' });
  await drive(board.ledger, sample.place(1), 'succeeded', '', { amount: 0.1, unit: 'EUR' });
  await drive(board.ledger, sample.place(2), 'succeeded');
  await drive(board.ledger, sample.place(3), 'failed', '400: no such dataset');
  await drive(board.ledger, sample.place(4), 'running');
  await drive(board.ledger, sample.place(5), 'parked', 'two jobs of this name');
});
afterAll(() => board.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  board.get(`/api/v1${path}`, { accept: 'application/json', ...headers });
const json = async (path: string) => (await get(path)).json();
const idsOf = (page: { items: { id: string }[] }) => page.items.map((item) => item.id.slice(id.length + 1));

test('the API describes itself as OpenAPI 3.1, from the schemas that check it', async () => {
  const described = await bodyOf(await get('/openapi.json'));
  expect(described).toMatchObject({ openapi: '3.1.0', components: { schemas: { TaskRow: { type: 'object' } } } });
  const paths = described.paths as Record<string, Record<string, unknown>>;
  expect(Object.keys(paths)).toHaveLength(25);
  expect(Object.keys(paths['/api/v1/batches'] ?? {}).sort()).toEqual(['get', 'post']);
});

test('the page to try it brings everything itself, and runs no script that is written into it', async () => {
  const answer = await get('/docs/', { accept: 'text/html' });
  const policy = answer.headers.get('content-security-policy');
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("default-src 'none'");
  const page = await answer.text();
  const linked = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => String(path));
  expect(linked.length).toBeGreaterThan(3);
  for (const path of linked) {
    expect(path).not.toMatch(/^(https?:)?\/\//);
    expect((await get(`/docs/${path.replace(/^\.\//, '')}`)).status).toBe(200);
  }
  expect(page).not.toMatch(/<script>|<script(?![^>]*\bsrc=)/);
});

test('providers tell their pace, budget and holds; batches their counts, forecast and needs', async () => {
  const [airbus] = providers.parse(await json('/providers')).items;
  expect(airbus).toMatchObject({ name: 'airbus', inFlight: 1, pace: { effectivePerSecond: 1 }, waiting: 1 });
  expect(batchPage.parse(await json('/batches')).items).toMatchObject([{ id, name: 'Evening round', taskCount: 10 }]);
  const detail = batchDetail.parse(await json(`/batches/${id}`));
  expect(detail).toMatchObject({ percentSettled: 50, needs: [{ kind: 'parked', tasks: 1 }] });
  expect(detail.rate?.perSecond ?? 0).toBeGreaterThanOrEqual(0);
  expect(detail.forecast?.latestMs ?? 0).toBeGreaterThanOrEqual(detail.forecast?.soonestMs ?? 0);
  const { items } = processList.parse(await json(`/batches/${id}/processes`));
  expect(items.map(({ counts }) => counts.queued)).toEqual([0, 4]);
  expect(timeline.parse(await json(`/batches/${id}/timeline`)).items).toMatchObject([
    { launched: 6, succeeded: 3, failed: 1, parked: 1 },
  ]);
  expect(familyList.parse(await json(`/batches/${id}/families?phase=failed`)).items).toMatchObject([
    { rule: 'refused', count: 1, example: { task: `${id}-0-3`, reason: '400: no such dataset' } },
  ]);
});

test('a batch tells what it has cost so far and of how many tasks that is told; a task what its jobs cost', async () => {
  const { costs } = batchDetail.parse(await json(`/batches/${id}`));
  expect(costs).toEqual([{ provider: 'airbus', unit: 'EUR', total: 13.08, tasks: 2 }]);
  const { task } = taskDetail.parse(await json(`/tasks/${id}-0-0`));
  expect(task.cost).toEqual({ unit: 'EUR', amount: 12.98, total: 12.98 });
  expect(taskDetail.parse(await json(`/tasks/${id}-0-2`)).task).not.toHaveProperty('cost');
});

test('the grid is its bytes, zipped or not, and is not sent again to who has it', async () => {
  const answer = await get(`/batches/${id}/grid`, { 'accept-encoding': 'identity' });
  expect(await answer.text()).toBe('sssfrpqqqq');
  const etag = answer.headers.get('etag') ?? '';
  expect((await get(`/batches/${id}/grid`, { 'if-none-match': etag })).status).toBe(304);
  const zipped = await get(`/batches/${id}/grid`);
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(await zipped.text()).toBe('sssfrpqqqq');
});

test('times come four bytes a task, zipped or not, and are not sent again to who has them', async () => {
  const answer = await get(`/batches/${id}/times`, { 'accept-encoding': 'identity' });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const seconds = Array.from({ length: 10 }, (_, i) => bytes.readUInt32BE(i * 4));
  expect(bytes).toHaveLength(40);
  expect(seconds.map((second) => Math.abs(second - Date.now() / 1000) < 60)).toEqual([
    ...Array(6).fill(true),
    ...Array(4).fill(false),
  ]);
  expect(seconds.slice(6)).toEqual([0, 0, 0, 0]);
  expect((await get(`/batches/${id}/times`, { 'if-none-match': answer.headers.get('etag') ?? '' })).status).toBe(304);
  const zipped = await get(`/batches/${id}/times`);
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(Buffer.from(await zipped.arrayBuffer())).toEqual(bytes);
});

test('tasks are found by when they last moved, and an action on the same counts the same', async () => {
  const all = taskPage.parse(await json(`/tasks?batch=${id}&sort=-moved`)).items;
  expect(all.map((item) => item.movedAtMs !== undefined)).toEqual([...Array(6).fill(true), ...Array(4).fill(false)]);
  const times = all.flatMap(({ movedAtMs }) => movedAtMs ?? []);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  const sinceMs = Date.now() - 60_000;
  const count = async (span: Record<string, number>) => {
    const query = new URLSearchParams({
      batch: id,
      ...Object.fromEntries(Object.entries(span).map(([k, v]) => [k, `${v}`])),
    });
    const { total } = taskPage.parse(await json(`/tasks?${query}`));
    const preview = await fetch(`${board.url}/api/v1/actions/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'cancel', target: { kind: 'filter', filter: { batch: id, ...span } } }),
    });
    expect(await preview.json()).toMatchObject({ matched: total });
    return total;
  };
  expect(await count({ movedSinceMs: sinceMs })).toBe(6);
  expect(await count({ movedSinceMs: sinceMs, movedUntilMs: sinceMs + 120_000 })).toBe(6);
  expect(await count({ movedUntilMs: sinceMs })).toBe(0);
  expect(await count({ movedSinceMs: sinceMs + 120_000 })).toBe(0);
});

test('zones come as a line each: names, and a ring as steps of whole numbers', async () => {
  const lines = (await (await get(`/batches/${id}/zones`)).text()).trim().split('\n');
  expect(lines).toHaveLength(6);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ batch: id, zones: 5, scale: 100_000 });
  const [index, location, image, [ring]] = JSON.parse(lines[1] ?? '');
  expect([index, location, image]).toEqual([0, 'Brest 1', 'DS_PHR1B_0']);
  expect(ring.slice(0, 4)).toEqual([-455_000, 4_832_000, 13_000, -1_000]);
  const sum = (from: number) =>
    ring.filter((_: number, i: number) => i > 1 && i % 2 === from).reduce((a: number, b: number) => a + b, 0);
  expect([sum(0), sum(1)]).toEqual([0, 0]);
  const points = (await (await get(`/batches/${id}/zones?shape=points`)).text()).trim().split('\n');
  expect(JSON.parse(points[1] ?? '')).toEqual([0, 'Brest 1', 'DS_PHR1B_0', -447_500, 4_836_500]);
});

test('some of the zones, from anywhere among them', async () => {
  const linesOf = async (query: string) =>
    (await (await get(`/batches/${id}/zones?shape=none&${query}`)).text()).trim().split('\n').slice(1);
  expect(await linesOf('from=3&limit=1')).toEqual(['[3,"Brest 4","DS_PHR1B_3"]']);
  expect(await linesOf('from=3')).toHaveLength(2);
  expect(await linesOf('from=5&limit=256')).toEqual([]);
});

test('footprints come packed, zipped or not, and never again to who has them', async () => {
  const plain = await get(`/batches/${id}/footprints`, { 'accept-encoding': 'identity' });
  const bytes = Buffer.from(await plain.arrayBuffer());
  expect(bytes.toString('latin1', 0, 4)).toBe('NPF1');
  expect([4, 8, 12, 16, 20].map((at) => bytes.readUInt32LE(at))).toEqual([5, 0, 5, 20, 100_000]);
  const zipped = await get(`/batches/${id}/footprints`);
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  expect(Buffer.from(await zipped.arrayBuffer())).toEqual(bytes);
  const etag = zipped.headers.get('etag') ?? '';
  expect((await get(`/batches/${id}/footprints`, { 'if-none-match': etag })).status).toBe(304);
  expect((await get('/batches/bnone/footprints')).status).toBe(404);
});

test('tasks are found by each condition, and by all together', async () => {
  const found = async (query: string) => idsOf(taskPage.parse(await json(`/tasks?batch=${id}&${query}`)));
  expect(await found('phase=failed,parked')).toEqual(['0-3', '1-0']);
  expect(await found('phase=failed&phase=running')).toEqual(['0-3', '0-4']);
  expect(await found('process=1&zone=0,2')).toEqual(['1-0', '1-2']);
  expect(await found('location=BREST%203')).toEqual(['0-2', '1-2']);
  expect(await found('image=phr1b_4')).toEqual(['0-4', '1-4']);
  expect(await found('error=No%20Such')).toEqual(['0-3']);
  expect(await found(`remoteId=job-${id}-4`)).toEqual(['0-4']);
  expect(await found(`remoteId=job-${id}-4&phase=failed`)).toEqual([]);
  expect(await found('provider=insula')).toEqual([]);
  expect(await found('sort=-zone&limit=3')).toEqual(['1-4', '0-4', '1-3']);
  const [family] = familyList.parse(await json(`/batches/${id}/families?phase=parked`)).items;
  expect(await found(`family=${family?.id}`)).toEqual(['1-0']);
});

test.each(['task', '-task', 'zone', '-zone', 'location', '-location', 'phase', '-phase', 'moved', '-moved'])(
  'pages by %s meet every task once, also where tasks move on meanwhile',
  async (sort) => {
    const met: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const page = taskPage.parse(await json(`/tasks?batch=${id}&sort=${sort}&limit=3${cursor}`));
      expect(page.total).toBe(10);
      met.push(...idsOf(page));
      next = page.next;
    }
    expect(met).toHaveLength(10);
    expect(new Set(met).size).toBe(10);
  },
);

test('a task tells its history, attempt by attempt, and what may be done to it', async () => {
  const detail = taskDetail.parse(await json(`/tasks/${id}-0-3`));
  expect(detail).toMatchObject({
    task: { phase: 'failed', rule: 'refused' },
    batch: { name: 'Evening round' },
    attempts: [
      {
        number: 1,
        launchKey: launchKeyOf({ id: `${id}-0-3` }, 1),
        entries: [{ text: 'launching: attempt 1' }, { text: 'failed: refused: 400: no such dataset' }],
      },
    ],
    may: ['redrive'],
    payload: { process: { id: 'p-0' }, zone: { location: 'Brest 4' } },
  });
  const running = taskDetail.parse(await json(`/tasks/${id}-0-4`));
  expect(running.links.remote).toBe('https://api.example.org/jobs/4');
  expect(running.links.logs).toBeUndefined();
  expect(running.may).toEqual(['cancel']);
});

test('batches are paged by a cursor that new ones do not shift', async () => {
  const first = batchPage.parse(await json('/batches?limit=1'));
  await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  const all: string[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const page = batchPage.parse(await json(`/batches?limit=1${next && `&cursor=${next}`}`));
    all.push(...page.items.map((item) => item.id));
    next = page.next;
  }
  expect(new Set(all).size).toBe(3);
  expect(all.at(-1)).toBe(first.items[0]?.id);
});

test('who looks at a batch first has its grid while the board still reads it', async () => {
  const other = await openSample(board.ledger, { content: contentOf({ processes: 3, zones: 2_000 }) });
  const first = await get(`/batches/${other.id}/grid`);
  expect(first.headers.get('x-zones')).toBe('2000');
  expect(await first.text()).toBe('q'.repeat(6_000));
  // Only what the board has read has a state to compare with.
  expect(first.headers.get('etag')).toBeNull();
  expect(await json(`/batches/${other.id}/processes`)).toMatchObject({
    items: [{}, {}, { counts: { queued: 2_000 } }],
  });
  await get(`/batches/${other.id}/footprints`);
  expect((await get(`/batches/${other.id}/grid`)).headers.get('etag')).toContain(other.id);
});

test('the newest batch is read as soon as somebody looks at the overview', async () => {
  const newest = await openSample(board.ledger, {
    content: contentOf({ processes: 3, zones: 2_000 }, { name: 'Newest' }),
  });
  await json('/overview');
  // Nobody asks for the batch meanwhile: that would have it read, too.
  await sleep(1_000);
  expect((await get(`/batches/${newest.id}/grid`)).headers.get('etag')).toContain(newest.id);
});

test('a job leads to its logs where its platform has them', async () => {
  const content = contentOf({ processes: 1, zones: 1 });
  const there = await openSample(board.ledger, { content, provider: 'insula' });
  await drive(board.ledger, there.place(0), 'running');
  const { links } = taskDetail.parse(await json(`/tasks/${there.id}-0-0`));
  expect(links.logs).toBe('https://insula.example.org/jobs/0/logs');
});
