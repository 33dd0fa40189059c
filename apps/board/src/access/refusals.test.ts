import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, openSample } from '../test-ledger.ts';
import { type PeopleBoard, startPeopleBoard } from './test-people.ts';

/** Every way to change something without being allowed to, and what is answered. The table stands in docs/access.md. */

let board: PeopleBoard;
let batch: string;
let who: Record<string, Record<string, string>>;

beforeAll(async () => {
  board = await startPeopleBoard();
  batch = (await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) })).id;
  const origin = { origin: board.url };
  const vera = { cookie: await board.cookieOf('vera') };
  const otto = { cookie: await board.cookieOf('otto') };
  who = {
    nobody: origin,
    'a wrong token': { ...origin, authorization: 'Bearer np_000000000000_0000000000000000000000000000000000000000000' },
    'a made-up session': { ...origin, cookie: `nightpass-session=${'x'.repeat(43)}` },
    'a header as a proxy would send it': { ...origin, 'x-forwarded-user': 'ada' },
    'a viewer’s session': { ...origin, ...vera },
    'a viewer’s token': { authorization: `Bearer ${board.tokens.viewer}` },
    'an operator’s session, no origin': otto,
    'an operator’s session, another site’s origin': { ...otto, origin: 'https://evil.example' },
    'an operator’s session, origin null': { ...otto, origin: 'null' },
    'an operator’s session, cross-site': { ...otto, ...origin, 'sec-fetch-site': 'cross-site' },
    'an operator’s session, same-site': { ...otto, ...origin, 'sec-fetch-site': 'same-site' },
    'an operator’s token, another site’s origin': {
      authorization: `Bearer ${board.tokens.operator}`,
      origin: 'https://evil.example',
    },
    'an operator’s session': { ...otto, ...origin },
    'an operator’s token': { authorization: `Bearer ${board.tokens.operator}` },
  };
});
afterAll(() => board.stop());

const wanted = () => ({ action: 'cancel', target: { kind: 'batch', batch } });
const changes: Record<string, () => [method: string, path: string, body?: unknown]> = {
  'preview an action': () => ['POST', '/api/v1/actions/preview', wanted()],
  'begin an action': () => ['POST', '/api/v1/actions', { ...wanted(), preview: '0'.repeat(32), why: 'x' }],
  'upload a file': () => ['POST', '/api/v1/batches?name=x.json', {}],
  'make a token': () => ['POST', '/api/v1/tokens', { name: 'mine', role: 'admin' }],
  'retry in the queues': () => ['PUT', '/queues/api/queues/airbus.track/x/retry'],
  'empty a queue': () => ['PUT', '/queues/api/queues/airbus.launch/drain'],
};

async function answers(): Promise<string[]> {
  const lines = [
    `| who | ${Object.keys(changes).join(' | ')} |`,
    `| --- |${' --- |'.repeat(Object.keys(changes).length)}`,
  ];
  for (const [name, headers] of Object.entries(who)) {
    const row: number[] = [];
    for (const change of Object.values(changes)) {
      const [method, path, body] = change();
      row.push((await board.call(method, path, headers, body)).status);
    }
    lines.push(`| ${name} | ${row.join(' | ')} |`);
  }
  return lines;
}

test('every change without the right role, origin, session or token is refused, and docs/access.md says how', async () => {
  const lines = await answers();
  const documented = await readFile(new URL('../../../../docs/access.md', import.meta.url), 'utf8');
  expect(documented).toContain(lines.join('\n'));
  const [, , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  for (const [name, ...statuses] of rows) {
    const may = name?.endsWith('operator’s session') || name?.endsWith('operator’s token');
    // What an operator may do fails here for other reasons: nothing was previewed, no producer has opened the inbox.
    if (may) expect([name, statuses.slice(0, 3)]).toEqual([name, ['200', '409', '409']]);
    else for (const status of statuses) expect([name, status]).toEqual([name, expect.stringMatching(/^40[13]$/)]);
    // A token and a queue’s end are for admins.
    expect([name, statuses[3], statuses[5]]).toEqual([
      name,
      expect.stringMatching(/^40[13]$/),
      expect.stringMatching(/^40[13]$/),
    ]);
  }
  expect(await board.ledger.redis.get(board.ledger.keys.grid(batch as never))).toBe('qq');
});

test('looking needs somebody too: nothing but health and the form is shown to nobody', async () => {
  const paths = [
    '/',
    '/queues',
    '/metrics',
    '/api/v1/overview',
    '/api/v1/openapi.json',
    '/api/v1/docs',
    '/api/v1/events',
  ];
  for (const path of paths) {
    const answer = await board.call('GET', path);
    expect([path, answer.status]).toEqual([path, 401]);
  }
  const page = await board.get('/batches/b1?phase=failed', {});
  expect(page.url).toBe(`${board.url}/login?next=%2Fbatches%2Fb1%3Fphase%3Dfailed`);
  expect((await board.call('GET', '/healthz')).status).toBe(200);
});

test('a viewer sees everything but the tokens', async () => {
  const headers = { authorization: `Bearer ${board.tokens.viewer}` };
  for (const path of ['/api/v1/providers', `/api/v1/batches/${batch}`, '/api/v1/audit', '/metrics', '/queues'])
    expect([path, (await board.call('GET', path, headers)).status]).toEqual([path, 200]);
  expect((await board.call('GET', '/api/v1/tokens', headers)).status).toBe(403);
});
