import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { bodyOf, contentOf, openSample, startTestBoard, type TestBoard } from './test-ledger.ts';

let board: TestBoard;

afterEach(() => board.stop());

async function until(condition: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error('it did not come true in time');
  }
}

test('while Redis is away every page says so at once, and the board recovers by itself', async () => {
  board = await startTestBoard();
  const { id } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  expect(await (await board.get('/readyz')).json()).toEqual({ status: 'ready', reasons: [] });

  await board.redis.kill9();
  for (const path of [`/api/v1/batches/${id}`, '/api/v1/overview', '/metrics', '/queues', '/queues/api/queues']) {
    const askedAtMs = performance.now();
    const answer = await board.get(path);
    expect([path, answer.status]).toEqual([path, 503]);
    expect(await answer.text()).toContain('Nothing is lost');
    expect(performance.now() - askedAtMs).toBeLessThan(1_000);
  }
  expect((await board.get('/healthz')).status).toBe(200);
  const notReady = await board.get('/readyz');
  expect(notReady.status).toBe(503);
  expect(await notReady.json()).toEqual({ status: 'not ready', reasons: ['Redis cannot be reached'] });

  await board.redis.restart();
  await until(async () => (await board.get('/readyz')).status === 200);
  expect((await board.get(`/api/v1/batches/${id}`)).status).toBe(200);
  expect((await board.get('/queues/api/queues')).status).toBe(200);
});

test('a Redis that hangs is not waited for', async () => {
  board = await startTestBoard();
  process.kill(board.redis.pid, 'SIGSTOP');
  try {
    const askedAtMs = performance.now();
    const answers = await Promise.all(['/api/v1/overview', '/readyz'].map((path) => board.get(path)));
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(performance.now() - askedAtMs).toBeLessThan(5_000);
  } finally {
    process.kill(board.redis.pid, 'SIGCONT');
  }
  await until(async () => (await board.get('/api/v1/overview')).status === 200);
});

test('a Redis that takes no writes is not ready, and looking still works', async () => {
  board = await startTestBoard();
  await board.ledger.redis.config('SET', 'maxmemory', '1');
  const answer = await board.get('/readyz');
  expect(answer.status).toBe(503);
  expect(await bodyOf(answer)).toMatchObject({ reasons: [expect.stringMatching(/Redis refused: OOM/)] });
  expect((await board.get('/api/v1/overview')).status).toBe(200);
});

test('it closes within 2 s, also with connections that are kept open and one that never finishes its request', async () => {
  board = await startTestBoard();
  await board.page('/');
  const { port } = new URL(board.url);
  const slow = connect(Number(port), '127.0.0.1');
  slow.on('error', () => {});
  await new Promise((resolve) => slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n', resolve));
  const closedAtMs = performance.now();
  await board.close();
  expect(performance.now() - closedAtMs).toBeLessThan(2_000);
  await expect(board.get('/healthz')).rejects.toThrow();
  slow.destroy();
});
