import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { taskIdOf } from '@nightpass/core';
import { ensureTracked, jobDataOf, readAudit } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { bodyOf, contentOf, drive, failInTrack, openSample, startTestBoard, type TestBoard } from '../test-ledger.ts';
import { permissionHook } from './permissions.ts';

let board: TestBoard;
let unlocked: TestBoard;

beforeAll(async () => {
  board = await startTestBoard();
  unlocked = await startTestBoard({ allowDestructive: true });
});
afterAll(() => Promise.all([board.stop(), unlocked.stop()]));

const call = (on: TestBoard, method: string, path: string, body?: object) =>
  fetch(`${on.url}/queues/api/queues${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

const listed = z.array(
  z.looseObject({ name: z.string(), description: z.string(), delimiter: z.string(), jobs: z.array(z.unknown()) }),
);
const queuesOf = async (query: string) => listed.parse((await bodyOf(await call(board, 'GET', query))).queues);

async function failedTask(on: TestBoard) {
  const { place } = await openSample(on.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  await drive(on.ledger, place(0), 'failed', '400: no such dataset');
  return failInTrack(on, place(0), 'failed: 400: no such dataset');
}

test('both queues of each provider are there, described, grouped by provider', async () => {
  const queues = await queuesOf('');
  expect(queues.map((queue) => queue.name).sort()).toEqual([
    'airbus.launch',
    'airbus.track',
    'insula.launch',
    'insula.track',
  ]);
  for (const queue of queues) {
    expect(queue.delimiter).toBe('.');
    expect(queue.description).toContain(queue.name.endsWith('.track') ? 'Delayed: running remotely' : 'Waiting:');
  }
  expect((await board.get('/queues/api/redis/stats')).status).toBe(403);
});

test('a job shows the task it stands for, as the ledger knows it', async () => {
  const content = contentOf({ processes: 1, zones: 2 }, { name: 'Evening round' });
  const { id, place } = await openSample(board.ledger, { content, provider: 'insula' });
  await drive(board.ledger, place(1), 'running');
  const track = board.queues.get('insula')?.track;
  await ensureTracked(track as never, place(1).ref, 'Ship detection · Brest 2', { ended: false });
  const shown = {
    task: `${id}-0-1`,
    phase: 'running',
    provider: 'insula',
    batch: { id, name: 'Evening round' },
    process: { name: 'Ship detection' },
    zone: { location: 'Brest 2', imageId: 'DS_PHR1B_1' },
    remoteJob: `job-${id}-1`,
  };
  const queues = await queuesOf('?activeQueue=insula.track&status=delayed&page=1');
  const [job] = queues.find((queue) => queue.name === 'insula.track')?.jobs ?? [];
  expect(job).toMatchObject({
    name: 'Ship detection · Brest 2',
    data: shown,
    externalUrl: { href: `/tasks/${id}-0-1` },
  });
  const alone = await bodyOf(await call(board, 'GET', `/insula.track/${id}-0-1`));
  expect(alone).toMatchObject({ status: 'delayed', job: { data: shown } });
});

test('a failed task may be retried from its track queue: that is a redrive', async () => {
  const job = await failedTask(board);
  const answer = await call(board, 'PUT', `/airbus.track/${job}/retry`);
  expect(answer.status).toBe(204);
  expect(await (await board.queues.get('airbus')?.track.getJob(job))?.getState()).toBe('waiting');
  const { entries } = await readAudit(board.ledger, { before: undefined, limit: 1 });
  expect(entries[0]?.fields).toMatchObject({
    event: 'queue-changed',
    who: 'somebody on this machine',
    target: `airbus.track/${job}/retry`,
  });
});

test('an end is told in a line, not as a stack of our own code', async () => {
  const job = await failedTask(board);
  const shown = await bodyOf(await call(board, 'GET', `/airbus.track/${job}`));
  expect(shown).toMatchObject({ job: { stacktrace: ['failed: 400: no such dataset'] } });
});

test('whatever else would change a queue is denied by default, and says what to do instead', async () => {
  const job = await failedTask(board);
  const { place } = await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  const launch = board.queues.get('airbus')?.launch;
  await launch?.add('Ship detection · Brest', jobDataOf(place(0).ref), { jobId: taskIdOf(place(0).ref) });
  const before = [await launch?.getJobCounts(), await board.queues.get('airbus')?.track.getJobCounts()];
  const attempts: [string, string, object?][] = [
    ['PUT', '/pause'],
    ['PUT', '/resume'],
    ...['launch', 'track'].flatMap((which): [string, string, object?][] => [
      ['PUT', `/airbus.${which}/empty`],
      ['PUT', `/airbus.${which}/obliterate`, { force: true }],
      ['PUT', `/airbus.${which}/pause`],
      ['PUT', `/airbus.${which}/resume`],
      ['PUT', `/airbus.${which}/promote`],
      ['PUT', `/airbus.${which}/concurrency`, { concurrency: 1 }],
      ['PUT', `/airbus.${which}/rate-limit`, { max: 1, duration: 1 }],
      ['PUT', `/airbus.${which}/rate-limit/release`],
      ['PUT', `/airbus.${which}/retry/failed`],
      ['PUT', `/airbus.${which}/clean/failed`],
      ['POST', `/airbus.${which}/add`, { name: 'x', data: {}, options: {} }],
      ['PUT', `/airbus.${which}/${job}/clean`],
      ['PUT', `/airbus.${which}/${job}/promote`],
      ['PATCH', `/airbus.${which}/${job}/update-data`, { jobData: {} }],
      ['PATCH', `/airbus.${which}/${job}/delay`, { delay: 1 }],
      ['PATCH', `/airbus.${which}/${job}/priority`, { priority: 1 }],
    ]),
    ['PUT', `/airbus.launch/${job}/retry`],
  ];
  for (const [method, path, body] of attempts) {
    const answer = await call(board, method, path, body);
    expect([path, answer.status]).toEqual([path, 403]);
    expect((await bodyOf(answer)).message).toMatch(/nightpass|platform|limits/);
  }
  const pause = await bodyOf(await call(board, 'PUT', '/airbus.track/pause'));
  expect(pause.message).toContain('nightpass pause PROVIDER');
  expect([await launch?.getJobCounts(), await board.queues.get('airbus')?.track.getJobCounts()]).toEqual(before);
});

test('the route that bull-board may add tomorrow is denied as well: only what is named is allowed', async () => {
  const hook = permissionHook({ allowDestructive: false });
  const request = { params: { queueName: 'airbus.track' } } as never;
  expect(await hook({ method: 'post', route: '/api/queues/:queueName/explode', request })).toMatchObject({
    allow: false,
    status: 403,
  });
});

test('with allowDestructive the owner may empty a queue and take jobs away', async () => {
  const { place } = await openSample(unlocked.ledger, { content: contentOf({ processes: 1, zones: 1 }) });
  const launch = unlocked.queues.get('airbus')?.launch;
  await launch?.add('Ship detection · Brest', jobDataOf(place(0).ref), { jobId: taskIdOf(place(0).ref) });
  expect((await call(unlocked, 'PUT', '/airbus.launch/empty')).status).toBe(200);
  expect(await launch?.getJobCounts('waiting')).toEqual({ waiting: 0 });
  const job = await failedTask(unlocked);
  expect((await call(unlocked, 'PUT', `/airbus.track/${job}/clean`)).status).toBe(204);
  expect(await unlocked.queues.get('airbus')?.track.getJob(job)).toBeUndefined();
  expect((await call(unlocked, 'PUT', '/airbus.launch/pause')).status).toBe(200);
});

test('what the style hides is still called so in the installed bull-board', async () => {
  const require = createRequire(import.meta.url);
  const ui = join(dirname(require.resolve('@bull-board/ui/package.json')), 'dist/static/js');
  const files = (await readdir(ui, { recursive: true })).filter((name) => name.endsWith('.js'));
  const code = (await Promise.all(files.map((name) => readFile(join(ui, name), 'utf8')))).join('\n');
  for (const name of ['"queueActions-', '"jobActions-', '"trailing-', '"refresh-cw"', 'appVersion-'])
    expect(code).toContain(name);
});
