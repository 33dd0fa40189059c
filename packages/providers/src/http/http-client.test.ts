import { createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { httpText, type Misbehave, type RawServer, rawServer } from '../raw-server.ts';
import {
  createHttpClient,
  type HttpClient,
  type HttpLimits,
  type HttpRequest,
  usualHttpLimits,
} from './http-client.ts';

const never = new AbortController().signal;
const get: HttpRequest = { method: 'GET', path: '/a?b=c' };
const post: HttpRequest = { method: 'POST', path: '/launch', body: '{"n":1}' };
const open: (RawServer | HttpClient)[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function against(misbehave: Misbehave, limits: Partial<HttpLimits> = {}) {
  const server = await rawServer(misbehave);
  const client = createHttpClient(server.origin, { ...usualHttpLimits, ...limits });
  open.push(server, client);
  return { server, client };
}

const whole = (received: string) => received.includes('\r\n\r\n');
const answering =
  (bytes: Buffer): Misbehave =>
  (socket, received) =>
    whole(received) && socket.write(bytes);

function clientOf(origin: string, limits: Partial<HttpLimits> = {}): HttpClient {
  const client = createHttpClient(origin, { ...usualHttpLimits, ...limits });
  open.push(client);
  return client;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

describe('not sent, for certain', () => {
  test('the connection is refused', async () => {
    const client = clientOf(`http://127.0.0.1:${await freePort()}`);
    expect(await client.send(post, never)).toEqual({
      kind: 'notSent',
      reason: 'the connection was refused (ECONNREFUSED)',
    });
  });

  test('the host has no address', async () => {
    const exchange = await clientOf('http://nightpass.invalid').send(post, never);
    expect(exchange).toMatchObject({ kind: 'notSent', reason: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });

  test('the TLS handshake fails: the other side does not speak it', async () => {
    const { server } = await against((socket) => socket.end('no TLS here'));
    const exchange = await clientOf(server.origin.replace('http:', 'https:')).send(post, never);
    expect(exchange).toMatchObject({ kind: 'notSent' });
  });

  test('the connection is reset amid the TLS handshake', async () => {
    const { server } = await against((socket) => socket.resetAndDestroy());
    const exchange = await clientOf(server.origin.replace('http:', 'https:')).send(post, never);
    expect(exchange).toMatchObject({ kind: 'notSent' });
  });

  test('the TLS handshake never ends: the connect limit ends it', async () => {
    const { server } = await against(() => {});
    const exchange = await clientOf(server.origin.replace('http:', 'https:'), { connectMs: 200 }).send(post, never);
    expect(exchange).toEqual({
      kind: 'notSent',
      reason: 'no connection within the time limit (UND_ERR_CONNECT_TIMEOUT)',
    });
  });

  test('it was called off before it began', async () => {
    const { client, server } = await against(answering(httpText(200)));
    expect(await client.send(post, AbortSignal.abort())).toEqual({ kind: 'notSent', reason: 'it was called off' });
    expect(server.received).toEqual([]);
  });

  test('it was called off, or ran out of time, while it connected: it is not sent later either', async () => {
    const { server } = await against(() => {});
    const client = clientOf(server.origin.replace('http:', 'https:'), { connectMs: 400, totalMs: 100 });
    expect(await client.send(post, never)).toMatchObject({ kind: 'notSent', reason: expect.stringContaining('total') });
    expect(await client.send(post, AbortSignal.timeout(50))).toEqual({ kind: 'notSent', reason: 'it was called off' });
  });

  test('the client is closed', async () => {
    const { client } = await against(answering(httpText(200)));
    await client.close();
    expect(await client.send(post, never)).toMatchObject({ kind: 'notSent' });
  });
});

test('called off while waiting for a free connection, it is not sent when one comes free', async () => {
  const held: Socket[] = [];
  const { client, server } = await against((socket, received) => whole(received) && held.push(socket));
  const first = Array.from({ length: 64 }, () => client.send(get, never));
  await expect.poll(() => held.length).toBe(64);
  expect(await client.send({ ...post, path: '/queued' }, AbortSignal.timeout(50))).toMatchObject({ kind: 'notSent' });
  for (const socket of held) socket.write(httpText(200, '{}'));
  expect(new Set((await Promise.all(first)).map((one) => one.kind))).toEqual(new Set(['answer']));
  expect(await client.send({ ...get, path: '/last' }, AbortSignal.timeout(500))).toMatchObject({ kind: 'lost' });
  expect(server.received.join('')).toContain('GET /last');
  expect(server.received.join('')).not.toContain('/queued');
});

describe('lost: it may have arrived', () => {
  test.each<[string, Misbehave]>([
    ['reset after the request', (socket, received) => whole(received) && socket.resetAndDestroy()],
    ['closed after the request', (socket, received) => whole(received) && socket.end()],
    ['reset amid the request', (socket) => socket.resetAndDestroy()],
    ['closed amid the headers', (socket) => socket.end('HTTP/1.1 201 Created\r\nLocation: /a')],
    ['an answer that is not HTTP', (socket) => socket.end('220 mail.example ready\r\n')],
    ['headers without end', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)],
  ])('%s', async (_, misbehave) => {
    const { client, server } = await against(misbehave);
    expect(await client.send(post, never)).toMatchObject({ kind: 'lost' });
    expect(server.received).toHaveLength(1);
  });

  test('no answer within the limit, and an informational one is none', async () => {
    const { client } = await against((socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), { headersMs: 150 });
    expect(await client.send(post, never)).toEqual({ kind: 'lost', reason: 'no answer within the time limit' });
  });

  test('called off while waiting for the answer', async () => {
    const calledOff = new AbortController();
    const { client } = await against(() => calledOff.abort());
    expect(await client.send(post, calledOff.signal)).toEqual({ kind: 'lost', reason: 'it was called off' });
  });

  test('a kept connection that is reset when it is used again: nothing is sent a second time', async () => {
    const { client, server } = await against((socket, received) => {
      const requests = received.split('\r\n\r\n').length - 1;
      if (requests === 1) socket.write(httpText(200, '{}', { connection: 'keep-alive' }));
      else socket.resetAndDestroy();
    });
    expect(await client.send(get, never)).toMatchObject({ kind: 'answer' });
    // The connection is free again once undici has finished with the answer, after this turn.
    await new Promise(setImmediate);
    expect(await client.send(get, never)).toMatchObject({ kind: 'lost' });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.match(/^GET /gm)).toHaveLength(2);
  });

  test('a launch goes on a connection of its own, which cannot be stale', async () => {
    const { client, server } = await against(answering(httpText(200, '{}', { connection: 'keep-alive' })));
    await client.send(get, never);
    await client.send({ ...post, fresh: true }, never);
    await client.send({ ...post, fresh: true }, never);
    expect(server.received.map((text) => text.split(' ', 1)[0])).toEqual(['GET', 'POST', 'POST']);
  });
});

describe('answers', () => {
  test('one request, one answer, with its JSON', async () => {
    const { client, server } = await against(answering(httpText(201, '{"id":"é"}', { 'X-A': 'b' })));
    const answer = await client.send(post, never);
    expect(answer).toMatchObject({ kind: 'answer', status: 201, json: { id: 'é' }, headers: { 'x-a': 'b' } });
    expect(server.received[0]).toMatch(/^POST \/launch HTTP\/1\.1\r\n/);
  });

  test('a redirect is an answer and is not followed', async () => {
    const { client, server } = await against(answering(httpText(307, '', { location: '/elsewhere' })));
    expect(await client.send(post, never)).toMatchObject({ status: 307, headers: { location: '/elsewhere' } });
    expect(server.received).toHaveLength(1);
  });

  test('a body that is cut still has its status and headers', async () => {
    const { client } = await against((socket) =>
      socket.end('HTTP/1.1 201 Created\r\nlocation: /j\r\ncontent-length: 100\r\n\r\n{"id":'),
    );
    const answer = await client.send(post, never);
    expect(answer).toMatchObject({ kind: 'answer', status: 201, headers: { location: '/j' }, json: undefined });
    expect(answer).toHaveProperty('trouble', expect.stringMatching(/closed|not as long/));
  });

  test('a body that stops is not waited for', async () => {
    const { client } = await against((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id"'), {
      bodyIdleMs: 150,
    });
    expect(await client.send(get, never)).toMatchObject({ status: 200, trouble: 'the answer stopped half way' });
  });

  test('a body that trickles for ever ends at the total limit', async () => {
    const { client } = await against(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const drip = setInterval(() => socket.write('1\r\n \r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      },
      { bodyIdleMs: 300, totalMs: 700 },
    );
    expect(await client.send(get, never)).toMatchObject({ status: 200, trouble: expect.stringContaining('total') });
  });

  test('a body without end is cut at the size limit', async () => {
    const { client } = await against(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
        const pour = () => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', pour);
        pour();
      },
      { bodyBytes: 100_000 },
    );
    const answer = await client.send(get, never);
    expect(answer).toMatchObject({ status: 200, trouble: 'the answer is longer than 100000 bytes' });
    expect(answer.kind === 'answer' && answer.text.length).toBeLessThanOrEqual(100_000);
  });

  test('gzip is read, though it was not asked for', async () => {
    const zipped = httpText(200, gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
    const { client } = await against(answering(zipped));
    expect(await client.send(get, never)).toMatchObject({ json: { a: 1 }, trouble: undefined });
  });
});

describe('nothing goes to another origin', () => {
  test.each([
    'https://evil.example/a',
    '//evil.example/a',
    '/\t/evil.example/a',
    '/\\evil.example/a',
    'a',
    '/a/../b',
    '/a/%2e%2E/b',
    '',
  ])('%s is refused', async (path) => {
    const { client, server } = await against(answering(httpText(200)));
    await expect(client.send({ method: 'GET', path }, never)).rejects.toThrow('a request path must');
    expect(server.received).toEqual([]);
  });
});
