import { liftHold, placeHold, readCounts } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { overviewSchema } from './overview-schema.ts';
import { contentOf, drive, openSample, startTestBoard, type TestBoard } from './test-ledger.ts';

let board: TestBoard;

beforeAll(async () => {
  board = await startTestBoard();
});
afterAll(() => board.stop());

const overview = async (query = '') =>
  overviewSchema.parse(await (await board.get(`/api/v1/overview${query}`, { accept: 'application/json' })).json());

test('before the first file the page says where to drop one', async () => {
  const page = await board.page('/');
  expect(page).toContain('Nothing has been dropped yet');
  expect(page).toContain('/srv/nightpass/inbox');
  expect(page).toContain('nightpass submit FILE');
});

test('page, API and ledger say the same of a batch', async () => {
  const content = contentOf({ processes: 2, zones: 5 }, { name: 'Evening round' });
  const { id, place } = await openSample(board.ledger, { content, file: 'round.json' });
  for (const index of [0, 1, 2]) await drive(board.ledger, place(index), 'succeeded');
  await drive(board.ledger, place(3), 'failed', '400: no such dataset');
  await drive(board.ledger, place(4), 'running');
  await drive(board.ledger, place(5), 'parked', 'two jobs of this name');

  const counts = await readCounts(board.ledger, id);
  expect(counts).toMatchObject({ succeeded: 3, failed: 1, running: 1, parked: 1, queued: 4 });
  const its = (await overview()).batches.find((batch) => batch.id === id);
  expect(its).toMatchObject({ name: 'Evening round', file: 'round.json', taskCount: 10, settled: 5, counts });

  const page = await board.page('/');
  expect(page).toContain('aria-label="3 succeeded, 1 failed, 1 parked, 1 running, 4 queued"');
  expect(page).toContain(`<a href="/batches/${id}?phase=parked">1 task of <bdi>Evening round</bdi></a> is parked`);

  const failed = await board.page(`/batches/${id}?phase=failed`);
  expect(failed).toContain('400: no such dataset');
  expect(failed).toContain(`href="/tasks/${id}-0-3"`);
  expect(failed).toContain(`nightpass redrive ${id} --phase failed`);
  const task = await board.page(`/tasks/${id}-0-3`);
  expect(task).toContain('It waits for nothing: it is failed: 400: no such dataset');
  expect(task).toContain('launching: attempt 1');
  expect(task).toContain('Brest 4');
});

test('a held provider says why, and no longer when it is free', async () => {
  await placeHold(board.ledger, 'insula', { kind: 'credentials', forMs: undefined, reason: '401 at /token' });
  const held = (await overview()).providers.find(({ name }) => name === 'insula');
  expect(held?.holds).toMatchObject([{ kind: 'credentials', reason: '401 at /token', stopsLooks: true }]);
  const page = await board.page('/');
  expect(page).toContain('Credentials refused.');
  expect(page).toContain('<b>insula</b> refuses our credentials');
  await liftHold(board.ledger, 'insula', ['credentials']);
  expect(await board.page('/')).not.toContain('Credentials refused');
});

test('names that would be markup are shown as text, wherever they stand', async () => {
  const evil = '<script>alert(1)</script>';
  const content = contentOf(
    { processes: 1, zones: 1 },
    { location: evil, process: `"><img src=x>${evil}`, name: evil },
  );
  const { id, place } = await openSample(board.ledger, { content, file: `'"${evil}.json` });
  await drive(board.ledger, place(0), 'parked', `</td>${evil}`);
  for (const path of ['/', `/batches/${id}`, `/tasks/${id}-0-0`]) {
    const page = await board.page(path);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script>|<img src=x/);
  }
});

test('tasks are paged by phase, and every one is met once', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 2, zones: 60 }) });
  await drive(board.ledger, place(10), 'failed', 'bad');
  const met: string[] = [];
  let path: string | undefined = `/batches/${id}?phase=queued`;
  for (let pages = 0; path !== undefined && pages < 10; pages++) {
    const page: string = await board.page(path);
    met.push(...[...page.matchAll(/href="\/tasks\/([^"]+)"/g)].map(([, task]) => String(task)));
    path = /href="([^"]+)">More</.exec(page)?.[1]?.replaceAll('&amp;', '&').replace(/#.*/, '');
  }
  expect(met).toHaveLength(119);
  expect(new Set(met).size).toBe(119);
  expect(met).not.toContain(`${id}-0-10`);
});

test('a rare phase at the end of a big batch is found without reading the batch at once', async () => {
  const { id, place } = await openSample(board.ledger, { content: contentOf({ processes: 300, zones: 1000 }) });
  await drive(board.ledger, place(299_999), 'failed', 'the last one');
  const first = await board.page(`/batches/${id}?phase=failed`);
  expect(first).toContain('None among tasks 1 to 262,144');
  const next = /href="([^"]+)">Look further</.exec(first)?.[1]?.replaceAll('&amp;', '&').replace(/#.*/, '');
  expect(await board.page(String(next))).toContain(`href="/tasks/${id}-299-999"`);
});

test('what is not there is a page of its own, and JSON for programs', async () => {
  for (const path of ['/batches/nosuch', '/batches/..%2f..', '/tasks/nosuch-0-0', '/nowhere']) {
    const answer = await board.get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
  }
  const answer = await board.get('/nowhere', { accept: 'application/json' });
  expect(await answer.json()).toMatchObject({ error: 'Not found' });
});

test('the API has a schema, and metrics count what the ledger counts', async () => {
  const schema = await (await board.get('/api/v1/overview.schema.json')).json();
  expect(schema).toMatchObject({ type: 'object', description: 'The night at a glance' });
  const { providers } = await overview();
  const metrics = await board.page('/metrics');
  const airbus = providers.find(({ name }) => name === 'airbus');
  expect(metrics).toContain(`nightpass_launches_total{provider="airbus"} ${airbus?.launches}`);
  expect(metrics).toContain(`nightpass_in_flight{provider="airbus"} ${airbus?.inFlight}`);
  expect(metrics).toContain('nightpass_provider_held{provider="insula",kind="outage"} 0');
  expect(metrics).toMatch(/nightpass_batches\{state="open"\} \d/);
  expect(metrics).toContain('nightpass_queue_jobs{queue="airbus.track",state="delayed"} 0');
  expect(metrics).toMatch(/nightpass_redis_memory_bytes \d{5,}/);
});
