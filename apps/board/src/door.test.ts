import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBoard, type TestBoard } from './test-ledger.ts';

let open: TestBoard;
let locked: TestBoard;

beforeAll(async () => {
  open = await startTestBoard();
  locked = await startTestBoard({ credentials: { user: 'ops', password: 'sesame, öffne dich' } });
});
afterAll(() => Promise.all([open.stop(), locked.stop()]));

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

test('with credentials every page asks for them, and only whether it lives may be asked without', async () => {
  for (const path of [
    '/',
    '/api/v1/overview',
    '/metrics',
    '/queues',
    '/queues/api/queues',
    '/static/base.css',
    '/no',
  ]) {
    const answer = await locked.get(path);
    expect([path, answer.status]).toEqual([path, 401]);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  }
  for (const path of ['/healthz', '/readyz', '/readyz?verbose']) expect((await locked.get(path)).status).toBe(200);
});

test('the right user with the right password comes in, and nobody else', async () => {
  expect((await locked.get('/', basic('ops', 'sesame, öffne dich'))).status).toBe(200);
  for (const [user, password] of [
    ['ops', 'sesame'],
    ['root', 'sesame, öffne dich'],
    ['ops', ''],
  ] as const) {
    const answer = await locked.get('/', basic(user, password));
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('sesame');
  }
});

/** fetch sets Host by itself. */
function statusAs(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${open.url}/`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('on loopback another name in the address is refused, so that no site can rebind its name to us', async () => {
  for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '[::1]:8080'])
    expect(await statusAs(host)).toBe(200);
  for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example'])
    expect(await statusAs(host)).toBe(403);
});

test('a request that changes something is carried out only for our own pages', async () => {
  const put = (headers: Record<string, string>) =>
    fetch(`${open.url}/queues/api/queues/airbus.track/nosuch/retry`, { method: 'PUT', headers });
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
  ];
  for (const headers of foreign) {
    const answer = await put(headers);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('nother site') });
  }
  const own: Record<string, string>[] = [{ 'sec-fetch-site': 'same-origin' }, { origin: open.url }, {}];
  for (const headers of own) {
    expect((await put(headers)).status).toBe(404);
  }
});

test('pages run no script and load nothing but their own files', async () => {
  for (const path of ['/', '/no-such-page', '/queues', '/static/board.js', '/healthz']) {
    const policy = (await open.get(path)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(policy.includes('unsafe-inline')).toBe(path === '/queues');
  }
  expect((await locked.get('/')).headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('no page and no style names another host', async () => {
  const styles = await readdir(new URL('../static', import.meta.url));
  const queues = await open.page('/queues');
  const pages = [
    await open.page('/'),
    await open.page('/no-such-page'),
    queues,
    await open.page('/queues/queue/airbus.track'),
  ];
  const linked = [...queues.matchAll(/(?:href|src)="([^"]+\.(?:css|svg))"/g)].map(([, path]) => String(path));
  for (const path of [...styles.map((name) => `/static/${name}`), ...linked]) {
    const answer = await open.get(new URL(path, `${open.url}/queues/`).pathname);
    expect([path, answer.status]).toEqual([path, 200]);
    pages.push(await answer.text());
  }
  for (const page of pages) {
    const hosts = [...page.matchAll(/(?:https?:)?\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(([, host]) => host);
    // The name of a vocabulary; nobody connects to it.
    expect(hosts.filter((host) => host !== 'www.w3.org')).toEqual([]);
  }
});
