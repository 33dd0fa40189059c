import type { FindAnswer } from '@nightpass/core';
import { afterEach, expect, test } from 'vitest';
import { createProvider } from '../provider-kinds.ts';
import { httpText, type RawServer, rawServer } from '../raw-server.ts';
import { freely } from '../test-call.ts';
import { payloadOf } from './payload.ts';
import { sampleLaunch } from './sample.ts';

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const request = sampleLaunch();
const ours = payloadOf(request, { launchNameToken: false, firstImageField: 'imageId' });
const nowSeconds = Math.floor(Date.now() / 1000);
const longAgo = nowSeconds - 86_400;

interface Job {
  id: string;
  creationDate?: number | string;
  input?: unknown;
}
interface Page {
  jobs: unknown;
  total?: number;
}
const old = (from: number, to: number): Job[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: `old-${from + i}`, creationDate: longAgo }));
const lost: Job = { id: 'ours', creationDate: nowSeconds, input: ours };

/** Searches a platform whose lists are told page by page, request by request. */
async function search(
  page: (number: number, size: number, nth: number) => Page | Buffer,
  jobs: readonly Job[] = [lost],
): Promise<{ answer: FindAnswer; lists: number }> {
  let lists = 0;
  const server = await rawServer((socket, received) => {
    const path = received.match(/GET (\S+) HTTP\/1\.1\r\n(?:[^\r]+\r\n)+\r\n$/)?.[1];
    if (path === undefined) return;
    const url = new URL(path, 'http://x');
    const id = /\/jobs\/([^/?]+)/.exec(path)?.[1];
    const job = jobs.find((one) => one.id === id);
    if (id !== undefined) {
      socket.write(
        job ? httpText(200, JSON.stringify({ ...job, processId: 'p-1' })) : httpText(404, '{"message":"no"}'),
      );
      return;
    }
    const told = page(Number(url.searchParams.get('page')), Number(url.searchParams.get('size')), ++lists);
    socket.write(Buffer.isBuffer(told) ? told : httpText(200, JSON.stringify(told)));
  });
  servers.push(server);
  const config = { kind: 'airbus-playground', baseUrl: server.origin, auth: { kind: 'none' } };
  const provider = createProvider('airbus', config, () => '');
  const find = { ...request, intentAtMs: Date.now(), claimed: async () => new Set<string>() };
  const answer = await provider.findLaunch(find, freely);
  await provider.close();
  return { answer, lists };
}

const slice = (all: readonly Job[], number: number, size: number): Page => ({
  jobs: all.slice((number - 1) * size, number * size),
  total: all.length,
});

test('a list of one page is one moment, and is read once', async () => {
  const { answer, lists } = await search((number, size) => slice([...old(0, 50), lost], number, size));
  expect(answer).toMatchObject({ kind: 'found', job: { id: 'ours' } });
  expect(lists).toBe(1);
});

test('a job on the last of several pages is found, and the pages are read twice to be sure', async () => {
  const { answer, lists } = await search((number, size) => slice([...old(0, 250), lost], number, size));
  expect(answer).toMatchObject({ kind: 'found', job: { id: 'ours' } });
  expect(lists).toBe(6);
});

test('a page shorter than asked for is not the end of the list', async () => {
  const all = [...old(0, 25), lost];
  const { answer } = await search((number) => slice(all, number, 10));
  expect(answer).toMatchObject({ kind: 'found' });
});

test('a list without a total is read to its empty page', async () => {
  const { answer } = await search((number, size) => ({ jobs: slice([...old(0, 150), lost], number, size).jobs }));
  expect(answer).toMatchObject({ kind: 'found' });
});

test('jobs that appear while it is read hide nothing', async () => {
  const { answer } = await search((number, size, nth) => {
    const newer = Array.from({ length: nth * 3 }, (_, i) => ({ id: `new-${nth * 3 - i}`, creationDate: longAgo }));
    return slice([...newer, ...old(0, 180), lost], number, size);
  });
  expect(answer).toMatchObject({ kind: 'found' });
});

test('a job that goes, while another comes, pulls ours over the boundary: the second reading sees it', async () => {
  // Between the first and the second page one old job goes and one comes: the total stays, and ours is skipped.
  const before = [...old(0, 100), lost, ...old(100, 120)];
  const after = [...before.slice(1), ...old(120, 121)];
  const { answer, lists } = await search((number, size, nth) => slice(nth === 1 ? before : after, number, size));
  expect(answer).toMatchObject({ kind: 'found' });
  expect(lists).toBeGreaterThan(4);
});

test('a list in which something goes at every reading is never believed', async () => {
  const { answer, lists } = await search((number, size, nth) => slice(old(nth * 2, 250), number, size));
  expect(answer).toMatchObject({ kind: 'cannotTell', rule: 'list-unsure' });
  expect(lists).toBeLessThan(20);
});

test('a platform that shows the first page for every number is never believed', async () => {
  const { answer, lists } = await search((_, size) => slice(old(0, 250), 1, size));
  expect(answer).toMatchObject({ kind: 'cannotTell', reason: 'the list says 250 jobs and shows 100' });
  expect(lists).toBeLessThan(20);
});

test('a page that fails fails the search: it is never "not found"', async () => {
  const pages = (number: number, size: number) => (number === 2 ? httpText(502) : slice(old(0, 250), number, size));
  expect((await search(pages)).answer).toMatchObject({ kind: 'ambiguous', rule: 'http-5xx' });
});

test.each<[string, Page | Buffer, object]>([
  ['no list', httpText(200, '{"message":"hello"}'), { kind: 'ambiguous', rule: 'unreadable-2xx' }],
  ['a list of words', { jobs: ['a'] }, { kind: 'ambiguous' }],
  ['rows without id', { jobs: [{ creationDate: nowSeconds }], total: 1 }, { kind: 'cannotTell', rule: 'list-unsure' }],
  [
    'a row with an id that climbs',
    { jobs: [{ id: '../../x' }], total: 1 },
    { kind: 'cannotTell', rule: 'candidate-unreadable' },
  ],
  [
    'a row that is gone when it is read',
    { jobs: [{ id: 'gone' }], total: 1 },
    { kind: 'cannotTell', rule: 'candidate-gone' },
  ],
  ['nothing', { jobs: [], total: 0 }, { kind: 'notFound', rule: 'searched-whole' }],
])('a list that is %s', async (_, page, expected) => {
  expect((await search(() => page)).answer).toMatchObject(expected);
});

test('only jobs since the launch are read, two minutes of clock difference allowed; a bad date is one of them', async () => {
  const at = (id: string, creationDate: number | string) => ({ id, creationDate, input: { ...ours, name: id } });
  const jobs = [at('a', nowSeconds - 110), at('b', 'someday'), at('c', nowSeconds + 600), at('d', nowSeconds - 200)];
  const { answer } = await search((number, size) => slice(jobs, number, size), jobs.slice(0, 3));
  expect(answer).toMatchObject({ kind: 'notFound', reason: expect.stringContaining('none of 3 unclaimed') });
});

test('a platform whose clock is an hour behind, as its Date header shows, hides nothing', async () => {
  const behind = { ...lost, creationDate: nowSeconds - 3600 };
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  const page = httpText(200, JSON.stringify({ jobs: [behind], total: 1 }), { date });
  expect((await search(() => page, [behind])).answer).toMatchObject({ kind: 'found' });
});
