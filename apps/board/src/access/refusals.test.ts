import { readFile } from 'node:fs/promises';
import { listTokens, openSession, readAudit } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, openSample } from '../test-ledger.ts';
import { filled, isChange, type Route, routesOf } from '../test-routes.ts';
import { openAccess } from './settings.ts';
import { type Name, type PeopleBoard, startPeopleBoard } from './test-people.ts';

/**
 * Every route that changes something, asked by everybody who may not, and what is answered. The table stands in
 * docs/access.md: a route that is added must be written down there.
 */

let board: PeopleBoard;
let batch: string;

beforeAll(async () => {
  board = await startPeopleBoard();
  batch = (await openSample(board.ledger, { content: contentOf({ processes: 1, zones: 2 }) })).id;
});
afterAll(() => board.stop());

type Headers = Record<string, string>;
type Cookies = Record<Name, Headers>;

/** Without their passwords, which take long to check. */
async function signInAll(): Promise<Cookies> {
  const cookieOf = async (user: Name) => {
    const who = { user, mark: board.users.get(user)?.mark ?? '' };
    const { cookie } = await openSession(board.ledger, who, openAccess.span);
    return { cookie: `nightpass-session=${cookie}` };
  };
  return { vera: await cookieOf('vera'), otto: await cookieOf('otto'), ada: await cookieOf('ada') };
}

/** By the column of the table that they share. */
function attempts({ vera, otto, ada }: Cookies): Record<string, Record<string, Headers>> {
  const origin = { origin: board.url };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    nobody: {
      'no word of who it is': origin,
      'a wrong token': { ...origin, ...bearer(`np_000000000000_${'0'.repeat(43)}`) },
      'a made-up session': { ...origin, cookie: `nightpass-session=${'x'.repeat(43)}` },
      'a header as a proxy would send it': { ...origin, 'x-forwarded-user': 'ada' },
    },
    viewer: { 'their session': { ...origin, ...vera }, 'their token': bearer(board.tokens.viewer) },
    'operator, from elsewhere': {
      'their session, without an origin': otto,
      'with another site’s origin': { ...otto, origin: 'https://evil.example' },
      'with the origin null': { ...otto, origin: 'null' },
      'cross-site': { ...otto, ...origin, 'sec-fetch-site': 'cross-site' },
      'same-site': { ...otto, ...origin, 'sec-fetch-site': 'same-site' },
      'their token, with another site’s origin': { ...bearer(board.tokens.operator), origin: 'https://evil.example' },
    },
    operator: { 'their session': { ...otto, ...origin }, 'their token': bearer(board.tokens.operator) },
    admin: { 'their session': { ...ada, ...origin }, 'their token': bearer(board.tokens.admin) },
  };
}

const wanted = () => ({ action: 'cancel', target: { kind: 'batch', batch } });
let names = 0;
const bodies: Record<string, () => unknown> = {
  'POST /api/v1/actions/preview': wanted,
  'POST /api/v1/actions': () => ({ ...wanted(), preview: '0'.repeat(32), why: 'x' }),
  'POST /api/v1/actions/:id/stop': () => ({ why: 'x' }),
  'POST /api/v1/batches': () => ({}),
  'POST /api/v1/tokens': () => ({ name: 'mine', role: 'viewer' }),
  // Nobody of that name: a wrong password, each time of somebody else.
  'POST /api/v1/session': () => ({ name: `nobody ${++names}`, password: 'wrong' }),
};
/** Ids that there could be. */
const idIn = (path: string) => '0'.repeat(path.includes('/actions/') ? 32 : 12);
const values = { queueName: 'airbus.track', jobId: 'x', queueStatus: 'failed', schedulerId: 'x' };
const wordOf = ({ method, path }: Route) => `${method} ${path}`;
const endsSession = (route: Route) => ['DELETE /api/v1/session', 'POST /logout'].includes(wordOf(route));

/** What each column is answered: one status, where all of its attempts are answered alike. */
async function answersOf(route: Route, usual: Cookies): Promise<string[]> {
  const columns: string[] = [];
  for (const [column, named] of Object.entries(attempts(usual))) {
    const seen = new Set<number>();
    for (const attempt of Object.keys(named)) {
      const cookies = endsSession(route) ? await signInAll() : usual;
      const headers = attempts(cookies)[column]?.[attempt] ?? {};
      const body = bodies[wordOf(route)]?.();
      const query = route.path === '/api/v1/batches' ? '?name=x.json' : '';
      const answer = await board.call(
        route.method,
        filled(route.path, { ...values, id: idIn(route.path) }) + query,
        headers,
        body,
      );
      await answer.body?.cancel();
      seen.add(answer.status);
    }
    columns.push([...seen].sort().join(', '));
  }
  return columns;
}

interface Row {
  routes: Route[];
  answers: string[];
}

/** Those of bull-board that are answered alike share a row. */
async function rowsOf(routes: readonly Route[]): Promise<Row[]> {
  const usual = await signInAll();
  const rows: Row[] = [];
  for (const route of routes) {
    const answers = await answersOf(route, usual);
    const isQueue = ({ path }: Route) => path.startsWith('/queues');
    const alike = rows.find((row) => isQueue(route) && row.routes.every(isQueue) && `${row.answers}` === `${answers}`);
    if (alike) alike.routes.push(route);
    else rows.push({ routes: [route], answers });
  }
  return rows;
}

const queuesApi = '/queues/api/queues';

function told(rows: readonly Row[]): string {
  const groups = attempts({ vera: {}, otto: {}, ada: {} });
  const lists = Object.entries(groups).map(([column, named]) => `- **${column}**: ${Object.keys(named).join('; ')}`);
  const lines = rows.map(({ routes, answers }) => {
    const words = routes.map((route) => `\`${wordOf(route).replace(queuesApi, '')}\``);
    const under = routes[0]?.path.startsWith(queuesApi) ? `under \`${queuesApi}\`: ` : '';
    return `| ${under}${words.join(', ')} | ${answers.join(' | ')} |`;
  });
  const heads = [`| | ${Object.keys(groups).join(' | ')} |`, `| --- |${' --- |'.repeat(Object.keys(groups).length)}`];
  return [...lists, '', ...heads, ...lines].join('\n');
}

/** What of the board itself a signed-in operator may change; the rest is for admins, or for nobody. */
const forOperators = new Set([
  'POST /api/v1/actions/preview',
  'POST /api/v1/actions',
  'POST /api/v1/actions/:id/stop',
  'POST /api/v1/batches',
  'PUT /queues/api/queues/:queueName/:jobId/retry',
]);
/** Signing in and out: for whoever does it. */
const forAll = new Set(['POST /api/v1/session', 'DELETE /api/v1/session', 'POST /login', 'POST /logout']);

test('every change without the right role, origin, session or token is refused, and docs/access.md says how', {
  timeout: 120_000,
}, async () => {
  const routes = routesOf(board.app).filter(isChange);
  expect(routes.length).toBeGreaterThan(25);
  const rows = await rowsOf(routes);
  const documented = await readFile(new URL('../../../../docs/access.md', import.meta.url), 'utf8');
  expect(documented).toContain(told(rows));
  for (const { routes: alike, answers } of rows) {
    const [nobody = '', viewer = '', elsewhere = '', operator = ''] = answers;
    for (const route of alike.map(wordOf)) {
      expect([route, elsewhere]).toEqual([route, '403']);
      if (forAll.has(route)) continue;
      expect([route, nobody, viewer]).toEqual([route, '401', '403']);
      if (forOperators.has(route)) expect([route, operator]).toEqual([route, expect.not.stringMatching(/40[13]/)]);
      else expect([route, operator]).toEqual([route, '403']);
    }
  }
  // Nothing came of it, but for what an admin did.
  expect(await board.ledger.redis.get(board.ledger.keys.grid(batch as never))).toBe('qq');
  const mine = (await listTokens(board.ledger)).filter(({ name }) => name === 'mine');
  expect(mine.map(({ createdBy }) => createdBy).sort()).toEqual(['ada', "token the admin's"]);
  const { entries } = await readAudit(board.ledger, { before: undefined, limit: 500 });
  const events = entries.map(({ fields }) => fields.event).filter((event) => event !== 'signed-in');
  expect(events.filter((event) => event !== 'token-created')).toEqual([]);
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
