import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallFailure, OpenAnswer, OpenCall, ResultLink } from '@nightpass/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TokenSource } from '../auth/token-source.ts';
import { freely } from '../test-call.ts';
import { createDownloads, type Downloads } from './download.ts';
import { usualHttpLimits } from './http-client.ts';
import { linkPlace } from './link-place.ts';

/** Results over real HTTP: two servers, of which the second must never see a credential. */

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface TestServer {
  origin: string;
  requests: IncomingMessage[];
  answer: Answer;
  server: Server;
}

async function startServer(): Promise<TestServer> {
  const it: TestServer = {
    origin: '',
    requests: [],
    answer: (_, response) => response.end(),
    server: createServer((request, response) => {
      it.requests.push(request);
      it.answer(request, response);
    }),
  };
  await new Promise<void>((resolve) => it.server.listen(0, '127.0.0.1', resolve));
  it.origin = `http://127.0.0.1:${(it.server.address() as AddressInfo).port}`;
  return it;
}

const bytes = Buffer.from('0123456789'.repeat(2_000));
let platform: TestServer;
let elsewhere: TestServer;
let downloads: Downloads;
let renewals: number;
beforeEach(async () => {
  [platform, elsewhere] = [await startServer(), await startServer()];
  renewals = 0;
  const credential = (n: number) => ({ kind: 'credential' as const, authorization: `Bearer token-number-${n}` });
  const tokens: TokenSource = {
    current: async () => credential(renewals),
    renewed: async () => credential(++renewals),
    secrets: () => ['token-number-0', 'token-number-1'],
    close: async () => {},
  };
  downloads = createDownloads({
    origin: platform.origin,
    tokens,
    limits: { ...usualHttpLimits, headersMs: 1_000, bodyIdleMs: 300 },
    refusesCredentials: (answer) => answer.status === 401,
    failureOf: (exchange): CallFailure =>
      exchange.kind === 'answer'
        ? { kind: 'rejected', rule: 'own', status: exchange.status, reason: exchange.text }
        : { kind: 'ambiguous', rule: 'own-lost', reason: exchange.reason },
  });
});
afterEach(async () => {
  await downloads.close();
  for (const { server } of [platform, elsewhere]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const link = (href: string): ResultLink => ({
  name: 'a',
  href,
  type: undefined,
  sizeBytes: undefined,
  sha256: undefined,
});
const open = (href: string, fromByte = 0, call: OpenCall = freely) => downloads.open(link(href), fromByte, call);

async function read(answer: OpenAnswer): Promise<Buffer> {
  if (answer.kind !== 'open') throw new Error(JSON.stringify(answer));
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const whole: Answer = (_, response) => {
  response.writeHead(200, { etag: '"one"', 'content-length': bytes.length });
  response.end(bytes);
};
const inParts: Answer = (request, response) => {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const changed = request.headers['if-range'] !== undefined && request.headers['if-range'] !== '"one"';
  if (from === undefined || changed) return whole(request, response);
  const headers = { etag: '"one"', 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(206, headers);
  response.end(bytes.subarray(Number(from)));
};
const redirectTo =
  (location: string, status = 302): Answer =>
  (_, response) =>
    response.writeHead(status, { location }).end();

describe('reading', () => {
  test('a path on the configured origin is read with credentials, in whatever size', async () => {
    platform.answer = whole;
    const answer = await open('/results/1?x=y');
    expect(answer).toMatchObject({ kind: 'open', fromByte: 0, sizeBytes: bytes.length, etag: '"one"' });
    expect(await read(answer)).toEqual(bytes);
    expect(platform.requests[0]?.url).toBe('/results/1?x=y');
    expect(platform.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer token-number-0',
      'accept-encoding': 'identity',
    });
  });

  test('it goes on from a byte, if it is still the same content', async () => {
    platform.answer = inParts;
    const answer = await open('/a', 15_000, { ...freely, etag: '"one"' });
    expect(answer).toMatchObject({ kind: 'open', fromByte: 15_000, sizeBytes: bytes.length });
    expect(await read(answer)).toEqual(bytes.subarray(15_000));
    expect(platform.requests[0]?.headers).toMatchObject({ range: 'bytes=15000-', 'if-range': '"one"' });
    expect(await open('/a', 7, { ...freely, etag: '"other"' })).toMatchObject({ kind: 'open', fromByte: 0 });
  });

  test('a part of another content, though the platform ignores If-Range, is not taken: it is read anew', async () => {
    platform.answer = (request, response) => {
      delete request.headers['if-range'];
      inParts(request, response);
    };
    const answer = await open('/a', 7, { ...freely, etag: '"other"' });
    expect(answer).toMatchObject({ kind: 'open', fromByte: 0 });
    expect(await read(answer)).toEqual(bytes);
    expect(platform.requests.at(-1)?.headers.range).toBeUndefined();
  });

  test('a weak tag is not believed', async () => {
    platform.answer = inParts;
    await open('/a', 7, { ...freely, etag: 'W/"one"' });
    expect(platform.requests[0]?.headers['if-range']).toBeUndefined();
  });

  test('a platform that knows no parts begins at the beginning', async () => {
    platform.answer = whole;
    expect(await open('/a', 7)).toMatchObject({ kind: 'open', fromByte: 0 });
  });

  test('416 where all is there is an end; where it is not, it is read anew', async () => {
    platform.answer = (request, response) => {
      if (!request.headers.range) return whole(request, response);
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    };
    expect(await read(await open('/a', bytes.length))).toHaveLength(0);
    expect(await read(await open('/a', bytes.length + 5))).toEqual(bytes);
  });

  test('another part than was asked for is trouble', async () => {
    platform.answer = (_, response) => response.writeHead(206, { 'content-range': 'bytes 3-9/10' }).end('3456789');
    expect(await open('/a', 7)).toMatchObject({ kind: 'ambiguous', rule: 'wrong-range' });
  });

  test('a body that stops half way throws; so does one that is cut, and one that is called off', async () => {
    platform.answer = (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('123');
    await expect(read(await open('/a'))).rejects.toThrow('stopped half way');
    platform.answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('123', () => response.destroy());
    };
    await expect(read(await open('/a'))).rejects.toThrow('closed');
    const off = new AbortController();
    platform.answer = (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('123', () => off.abort());
    };
    await expect(read(await open('/a', 0, { ...freely, signal: off.signal }))).rejects.toThrow('called off');
  });

  test('a body that nobody reads holds no connection', async () => {
    platform.answer = whole;
    for (let n = 0; n < 100; n++) {
      const answer = await open('/a');
      if (answer.kind === 'open') await answer.body[Symbol.asyncIterator]().return?.();
    }
    expect(platform.requests).toHaveLength(100);
  });

  test('an encoding that was not asked for is refused: parts of it would be of no use', async () => {
    platform.answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    expect(await open('/a')).toMatchObject({ kind: 'rejected', rule: 'encoded' });
  });
});

describe('trouble', () => {
  test.each([404, 410])('%i is gone', async (status) => {
    platform.answer = (_, response) => response.writeHead(status).end('No such thing');
    expect(await open('/a')).toEqual({ kind: 'gone', reason: `HTTP ${status}: No such thing` });
  });

  test('no answer in time is an answer that was lost', async () => {
    platform.answer = () => {};
    downloads = createDownloads({
      origin: platform.origin,
      tokens: {
        current: async () => ({ kind: 'credential', authorization: undefined }),
        renewed: async () => undefined,
        secrets: () => [],
        close: async () => {},
      },
      limits: { ...usualHttpLimits, headersMs: 100, connectMs: 100 },
      refusesCredentials: () => false,
      failureOf: (exchange) => ({ kind: 'ambiguous', rule: exchange.kind, reason: 'x' }),
    });
    expect(await open('/a')).toMatchObject({ kind: 'ambiguous', rule: 'lost' });
  });

  test('a token that has ended is renewed once, and the request has its slot', async () => {
    platform.answer = (request, response) =>
      request.headers.authorization === 'Bearer token-number-1'
        ? whole(request, response)
        : response.writeHead(401).end('token-number-0 has ended');
    let slots = 0;
    const readSlot = async () => ++slots > 0;
    expect(await read(await open('/a', 0, { ...freely, readSlot }))).toEqual(bytes);
    expect([renewals, slots]).toEqual([1, 1]);
    platform.answer = (_, response) => response.writeHead(401).end('token-number-1 has ended');
    const refused = await open('/a');
    expect(refused).toMatchObject({ kind: 'rejected', reason: '[secret] has ended' });
  });
});

describe('credentials', () => {
  const authorized = (server: TestServer) => server.requests.map(({ headers }) => headers.authorization ?? 'none');

  test('another origin gets none, not even to be renewed', async () => {
    elsewhere.answer = whole;
    expect(await read(await open(`${elsewhere.origin}/a?sig=key`))).toEqual(bytes);
    elsewhere.answer = (_, response) => response.writeHead(401).end('sig=key is over');
    expect(await open(`${elsewhere.origin}/a?sig=key`)).toEqual({
      kind: 'rejected',
      rule: 'elsewhere-refused',
      status: 401,
      reason: `HTTP 401 from ${elsewhere.origin.slice(7)}`,
    });
    expect(authorized(elsewhere)).toEqual(['none', 'none']);
    expect(renewals).toBe(0);
  });

  test('a redirect to another origin goes without them, and one back does not bring them back', async () => {
    platform.answer = (request, response) =>
      request.url === '/b'
        ? whole(request, response)
        : redirectTo(`${elsewhere.origin}/store?sig=key`)(request, response);
    elsewhere.answer = whole;
    expect(await read(await open('/a'))).toEqual(bytes);
    elsewhere.answer = redirectTo(`${platform.origin}/b`, 307);
    expect(await read(await open('/a'))).toEqual(bytes);
    expect(authorized(elsewhere)).toEqual(['none', 'none']);
    expect(authorized(platform)).toEqual(['Bearer token-number-0', 'Bearer token-number-0', 'none']);
  });

  test('a redirect on the same origin keeps them', async () => {
    platform.answer = (request, response) =>
      request.url === '/b' ? whole(request, response) : redirectTo('b')(request, response);
    expect(await read(await open('/a'))).toEqual(bytes);
    expect(authorized(platform)).toEqual(['Bearer token-number-0', 'Bearer token-number-0']);
  });

  test('redirects end after five, each with its slot; those to where nobody should go are refused', async () => {
    platform.answer = redirectTo('/a');
    let slots = 0;
    const readSlot = async () => ++slots > 0;
    expect(await open('/a', 0, { ...freely, readSlot })).toMatchObject({ kind: 'rejected', rule: 'redirects' });
    expect(platform.requests).toHaveLength(6);
    expect(slots).toBe(6);
    for (const location of ['file:///etc/passwd', 'http://192.0.2.1/', 'http://user:word@127.0.0.1/', '']) {
      platform.answer = redirectTo(location);
      expect(await open('/a')).toMatchObject({ kind: 'rejected', rule: 'redirect-refused' });
    }
    expect(await open('/a', 0, { ...freely, readSlot: async () => false })).toMatchObject({ kind: 'rejected' });
  });

  test.each(['//example.org/a', '/a/../b', '/%2e%2e/b', 'ftp://example.org/a', 'http://example.org/a', 'a b', ''])(
    'a link that leads nowhere good is refused unasked: %s',
    async (href) => {
      const answer = await open(href);
      expect(answer).toMatchObject({ kind: 'rejected', rule: 'link-refused' });
      expect(platform.requests).toEqual([]);
    },
  );
});

describe('where a link may lead', () => {
  test.each<[string, string, boolean | undefined]>([
    ['https://a.example', 'https://b.example/x', false],
    ['https://a.example', 'https://a.example/x', true],
    ['https://a.example', 'https://a.example:8443/x', false],
    ['https://a.example', 'http://a.example/x', undefined],
    ['https://a.example', 'http://127.0.0.1/x', undefined],
    ['https://a.example', 'https://u:p@a.example/x', undefined],
    ['http://a.example', 'http://a.example/x', true],
    ['http://127.0.0.1:1', 'http://127.0.0.1:2/x', false],
    ['http://localhost:1', 'http://[::1]:2/x', false],
    ['http://127.0.0.1:1', 'http://127.0.0.1.example/x', undefined],
  ])('from %s to %s', (origin, href, own) => {
    expect(linkPlace(href, origin)?.own).toBe(own);
  });
});
