import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BatchContent, BatchId } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch, placeHold, readCounts } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, until } from './test-night.ts';

/**
 * A worker whose host's clock is an hour off, or jumps by an hour while it works. Redis's clock stays: the ledger, the
 * pace, the looks, the holds and the deadlines count on it. (A jump of Redis's own clock is for all parts the same as
 * an equal time of standing still, or of all looks and slots lying in the future; that is not tried here.)
 */

const mainFile = fileURLToPath(new URL('../bin/worker.js', import.meta.url));
const hourMs = 3_600_000;

/** Preloaded into the worker: its wall clock is off by so much, from the start or from the first SIGUSR2 on. */
const shim = `
const { now } = Date;
let offsetMs = Number(process.env.CLOCK_OFFSET_MS ?? 0);
process.on('SIGUSR2', () => { offsetMs += Number(process.env.CLOCK_JUMP_MS ?? 0); });
globalThis.Date = class extends Date {
  constructor(...args) { args.length === 0 ? super(now() + offsetMs) : super(...args); }
  static now() { return now() + offsetMs; }
};
`;

let dir: string;
let redis: TestRedis;
let platform: Simulator;
let ledger: LedgerContext;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nightpass-clock-'));
  await writeFile(join(dir, 'shim.mjs'), shim);
  redis = await startTestRedis();
  ledger = { redis: redis.client(), keys: createKeys() };
  platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 1, listLagSeconds: 0 },
    tokens: ['test-token'],
    seed: 1,
  });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await platform.close();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Worker {
  output(): string;
  jump(): void;
}

async function startWorker(clock: { offsetMs?: number; jumpMs?: number }, provider: object = {}): Promise<Worker> {
  const config = {
    providers: {
      airbus: {
        kind: 'airbus-playground',
        baseUrl: platform.url,
        auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
        launchNameToken: true,
        launch: { perSecond: 2, concurrency: 4, maxInFlight: 500 },
        read: { perSecond: 100, minLookSeconds: 0.2, maxLookSeconds: 0.5 },
        reconcile: { reads: 2, everySeconds: 0.2 },
        ...provider,
      },
    },
  };
  await writeFile(join(dir, 'nightpass.yaml'), JSON.stringify(config));
  const child = spawn(process.execPath, ['--import', pathToFileURL(join(dir, 'shim.mjs')).href, mainFile], {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      REDIS_URL: redis.url,
      TEST_TOKEN: 'test-token',
      CLOCK_OFFSET_MS: String(clock.offsetMs ?? 0),
      CLOCK_JUMP_MS: String(clock.jumpMs ?? 0),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  await until(() => output.includes('worker started'));
  return { output: () => output, jump: () => void child.kill('SIGUSR2') };
}

async function open(zones: number, also: Partial<BatchContent> = {}): Promise<BatchId> {
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const content = { ...batchOf({ processes: 1, zones }), ...also };
  await openBatch(ledger, { id, content, contentHash: id, file: 'test.json', providers: ['airbus'] });
  return id;
}

const ended = (id: BatchId, withinMs = 25_000) =>
  until(
    async () => (await ledger.redis.hexists(ledger.keys.batch(id), 'endedAt')) === 1,
    withinMs,
    async () => JSON.stringify(await readCounts(ledger, id)),
  );

test.each([
  ['an hour fast', hourMs],
  ['an hour slow', -hourMs],
])('on a host whose clock is %s, pace, looks and the end of each task are as ever', async (_, offsetMs) => {
  const id = await open(7);
  const startedMs = performance.now();
  const worker = await startWorker({ offsetMs });
  await ended(id);
  expect(await readCounts(ledger, id)).toMatchObject({ succeeded: 7 });
  expect(platform.mostInAnySecond('launch')).toBeLessThanOrEqual(3);
  expect(performance.now() - startedMs).toBeGreaterThan(2_500);
  expect(platform.launchedTwice()).toEqual([]);
  expect(worker.output()).not.toMatch(/no progress|threw/);
});

test.each([
  ['forwards', hourMs],
  ['backwards', -hourMs],
])(
  'a clock that jumps an hour %s amid the night changes neither pace nor looks, and nothing is launched twice',
  async (_, jumpMs) => {
    const id = await open(9);
    const worker = await startWorker({ jumpMs });
    await platform.waitFor(() => platform.counts().launch.arrived >= 4, 20_000);
    worker.jump();
    await ended(id);
    expect(await readCounts(ledger, id)).toMatchObject({ succeeded: 9 });
    expect(platform.mostInAnySecond('launch')).toBeLessThanOrEqual(3);
    expect(platform.launchedTwice()).toEqual([]);
    expect(worker.output()).not.toMatch(/no progress|threw/);
  },
);

test.each([
  ['fast', hourMs],
  ['slow', -hourMs],
])('a hold of four seconds lasts four seconds on a host whose clock is an hour %s', async (_, offsetMs) => {
  await placeHold(ledger, 'airbus', { kind: 'retry-after', forMs: 4_000, reason: 'told by the test' });
  const heldMs = performance.now();
  const id = await open(3);
  await startWorker({ offsetMs });
  await platform.waitFor(() => platform.counts().launch.arrived > 0, 20_000);
  const lastedMs = performance.now() - heldMs;
  expect(lastedMs).toBeGreaterThan(3_500);
  expect(lastedMs).toBeLessThan(12_000);
  await ended(id);
});

test('a batch whose deadline is still to come by the clock of Redis is launched by a host an hour fast', async () => {
  const id = await open(4, { deadlineMs: Date.now() + hourMs / 2 });
  await startWorker({ offsetMs: hourMs });
  await ended(id, 12_000);
  expect(await readCounts(ledger, id)).toMatchObject({ succeeded: 4 });
});

test('a batch whose deadline has passed by the clock of Redis is not launched by a host an hour slow', async () => {
  const id = await open(4, { deadlineMs: Date.now() - 1_000 });
  await startWorker({ offsetMs: -hourMs });
  await ended(id, 12_000);
  expect(await readCounts(ledger, id)).toMatchObject({ expired: 4 });
  expect(platform.counts().launch.arrived).toBe(0);
});

test.each([
  ['an hour fast', hourMs],
  ['an hour slow', -hourMs],
])('a launch whose answer was lost is found again by a host that is %s, and not sent twice', async (_, offsetMs) => {
  platform.setFaults([{ on: 'launch', do: 'drop-after-accept', when: { times: 3 } }]);
  const id = await open(3);
  await startWorker({ offsetMs });
  await ended(id);
  expect(platform.launchedTwice()).toEqual([]);
  expect(await readCounts(ledger, id)).toMatchObject({ succeeded: 3 });
});

test('where host and platform are an hour behind Redis, a lost launch is found again, and not sent twice', async () => {
  platform.setBehaviour({ clockSkewSeconds: -3600 });
  platform.setFaults([{ on: 'launch', do: 'drop-after-accept', when: { times: 3 } }]);
  const behind = await datedBehind(platform.url);
  const id = await open(3);
  await startWorker({ offsetMs: -hourMs }, { baseUrl: behind.origin });
  await ended(id);
  await behind.close();
  expect(platform.launchedTwice()).toEqual([]);
  expect(platform.jobs()).toHaveLength(3);
});

/** The platform with the `Date` of an hour ago on each answer: the simulator's skew is that of its jobs' dates only. */
async function datedBehind(url: string): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(url + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    }).catch(() => undefined);
    if (!answer) return void request.socket.destroy();
    const location = answer.headers.get('location');
    const date = new Date(Date.now() - hourMs).toUTCString();
    response.writeHead(answer.status, { date, 'content-type': 'application/json', ...(location && { location }) });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
