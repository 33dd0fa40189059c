import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LedgerContext } from '@nightpass/engine';

type Redis = LedgerContext['redis'];

/** For tests: a platform that gives back what it was sent, and a search of everything for what nobody may find. */

export interface EchoPlatform {
  origin: string;
  /** Tokens that it has given out. */
  tokens: Set<string>;
  echoes: Record<string, number>;
  close(): Promise<void>;
}

type Call = 'token' | 'launch' | 'look' | 'other';

/** Which answers are refusals with an echo: by call, and by how many such calls came before. Too few for a hold. */
const echoStatus: Record<Call, (n: number) => number | undefined> = {
  token: (n) => (n === 0 ? 500 : undefined),
  launch: (n) => (n % 8 === 1 ? 422 : n === 3 ? 500 : undefined),
  look: (n) => ([2, 9, 20].includes(n) ? 500 : undefined),
  other: () => undefined,
};

/** In front of a simulator: passes on most, and echoes headers and body of the rest into the errors it answers with. */
export async function echoPlatform(simulator: string): Promise<EchoPlatform> {
  const tokens = new Set<string>();
  const echoes: Record<string, number> = {};
  const asked: Record<string, number> = {};
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const { method = 'GET', url = '/', headers } = request;
    const call: Call = url.includes('token')
      ? 'token'
      : method === 'POST'
        ? 'launch'
        : /\/jobs\/[^/]+\?/.test(url)
          ? 'look'
          : 'other';
    const n = asked[call] ?? 0;
    asked[call] = n + 1;
    const echo = `echo ${headers.authorization ?? ''} ${body.slice(0, 100)} ${JSON.stringify(headers)}`;
    const status = echoStatus[call](n);
    if (status !== undefined) {
      echoes[`${call} ${status}`] = (echoes[`${call} ${status}`] ?? 0) + 1;
      response.writeHead(status, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(echo) });
      response.end(JSON.stringify({ message: echo, hint: headers.authorization }));
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...passed } = headers;
    const answer = await fetch(simulator + url, {
      method,
      headers: passed as Record<string, string>,
      ...(body !== '' && { body }),
      redirect: 'manual',
    });
    let text = await answer.text();
    for (const [, token = ''] of text.matchAll(/"access_token":"([^"]+)"/g)) tokens.add(token);
    if (call === 'look')
      text = text.replace(/^\{/, `{"message":${JSON.stringify(echo)},`).replace(/,"message":"[^"]*"/, '');
    const kept = ['content-type', 'location', 'date'].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    response.writeHead(answer.status, Object.fromEntries(kept));
    response.end(text);
  });
  return { origin: await listening(server), tokens, echoes, close: () => closed(server) };
}

/** Takes notices badly: answers 500 with the address and all that came. */
export async function rudeReceiver(): Promise<{ origin: string; received: string[]; close(): Promise<void> }> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    received.push(body);
    response.writeHead(500).end(`no ${request.url} ${JSON.stringify(request.headers)} ${body}`);
  });
  return { origin: await listening(server), received, close: () => closed(server) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A place that was searched, with everything in it. */
export interface Haystack {
  place: string;
  content: Buffer;
}

/** Every file below a folder, but for those named; a folder that is named is left out whole. */
export async function filesBelow(dir: string, but: readonly string[] = []): Promise<Haystack[]> {
  const found: Haystack[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (but.includes(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path, but)));
    else if (entry.isFile()) {
      // What was half-written a moment ago has its own name by now.
      const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (content) found.push({ place: path, content });
    }
  }
  return found;
}

/** Every key with its whole value, by the key's type: a DUMP may be compressed. */
export async function everyKey(redis: Redis): Promise<Haystack[]> {
  const found: Haystack[] = [];
  for await (const keys of redis.scanStream({ count: 500 })) {
    for (const key of keys as string[]) {
      const type = await redis.type(key);
      found.push({
        place: `redis ${type} ${key}`,
        content: Buffer.from(`${key} ${JSON.stringify(await wholeValue(redis, key, type))}`),
      });
    }
  }
  return found;
}

function wholeValue(redis: Redis, key: string, type: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return Promise.resolve('gone meanwhile');
    default:
      throw new Error(`${key} is a ${type}: it cannot be searched`);
  }
}

/** The forms in which a secret may travel. */
export function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  const forms = [
    ...[
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      encodeURIComponent(encodeURIComponent(secret)),
    ],
    ...[
      base64,
      base64.replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
      Buffer.from(secret).toString('hex'),
    ],
    // In the middle of something longer, as in `user:password`.
    ...[1, 2].map((n) =>
      Buffer.from('x'.repeat(n) + secret)
        .toString('base64')
        .slice(4, -4),
    ),
  ];
  return [...new Set(forms)];
}

/** @returns where a secret was found, and which; never the secret itself */
export function foundIn(haystacks: readonly Haystack[], secrets: Record<string, string>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    haystacks.flatMap(({ place, content }) => {
      const at = formsOf(secret)
        .map((form) => content.indexOf(form))
        .find((index) => index >= 0);
      if (at === undefined) return [];
      const around = content
        .subarray(Math.max(0, at - 60), at)
        .toString('utf8')
        .replace(/\s+/g, ' ');
      return [`${name} in ${place}, after …${around}`];
    }),
  );
}
