import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BatchContent, BatchId } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch } from '@nightpass/engine';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { type PartProcess, startPart } from '../parts/part-process.ts';

/**
 * `npm run bench:beside -- --tasks 1000000`: the pace of launches while a board shows a night of so many tasks and people
 * search in it, against the pace without: both in one run, on one Redis.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '1000000' },
    launches: { type: 'string', default: '400' },
    'per-second': { type: 'string', default: '20' },
    port: { type: 'string', default: '18231' },
  },
});
const taskCount = Number(values.tasks);
const launches = Number(values.launches);
const perSecond = Number(values['per-second']);
const url = `http://127.0.0.1:${values.port}`;
const say = (line: string) => process.stdout.write(`${line}\n`);

const dir = await mkdtemp(join(tmpdir(), 'nightpass-beside-'));
const redis = await startTestRedis();
const ledger: LedgerContext = { redis: redis.client(), keys: createKeys() };
const platform = await startSimulator({
  kind: 'airbus-playground',
  behaviour: { jobSeconds: 2 },
  tokens: ['bench-token'],
});
const config = join(dir, 'nightpass.yaml');
const airbus = {
  kind: 'airbus-playground',
  baseUrl: platform.url,
  auth: { kind: 'bearer', tokenEnv: 'BENCH_TOKEN' },
  launch: { perSecond, concurrency: 4, maxInFlight: 10_000 },
  read: { perSecond: 50, minLookSeconds: 1, maxLookSeconds: 5 },
};
// JSON is YAML.
await writeFile(config, JSON.stringify({ providers: { airbus }, board: { port: Number(values.port) } }));
const env = {
  PATH: process.env.PATH,
  REDIS_URL: redis.url,
  NIGHTPASS_CONFIG: config,
  NIGHTPASS_DATA: dir,
  BENCH_TOKEN: 'bench-token',
  LOG_LEVEL: 'warn',
};
const parts: PartProcess[] = [];
const start = (part: 'worker' | 'board') => parts.push(startPart({ part, args: [], env, output: 'inherit' }));

try {
  await openNight('big0', { processes: 10, zones: Math.ceil(taskCount / 10), over: true });
  start('worker');
  start('worker');
  await sleep(2_000);
  const alone = await paceOf('night1', async () => {});
  start('board');
  const requests: number[] = [];
  const beside = await paceOf('night2', async (isOver) => {
    while (!isOver()) await lookAround(requests);
  });
  requests.sort((a, b) => a - b);
  const at = (share: number) => Math.round(requests[Math.floor(requests.length * share)] ?? 0);
  say(
    JSON.stringify(
      { tasks: taskCount, alone, beside, requests: requests.length, p50Ms: at(0.5), p95Ms: at(0.95) },
      undefined,
      2,
    ),
  );
} finally {
  for (const part of parts) part.kill('SIGKILL');
  await Promise.all(parts.map(({ ended }) => ended));
  await platform.close();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
}

/** Launches a batch while `meanwhile` goes on. */
async function paceOf(name: string, meanwhile: (isOver: () => boolean) => Promise<void>) {
  platform.reset();
  await openNight(name, { processes: 1, zones: launches, over: false });
  let over = false;
  const busy = meanwhile(() => over);
  await platform.waitFor(() => platform.counts().launch.tookEffect >= launches, 10 * 60_000);
  over = true;
  await busy;
  return { launchesPerSecond: pace(platform), mostInAnySecond: platform.mostInAnySecond('launch') };
}

function pace(simulator: Simulator): number {
  const sent = simulator.launches().map(({ atMs }) => atMs);
  const seconds = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1000;
  return Number(((sent.length - 1) / seconds).toFixed(3));
}

/** What pages ask for, one after the other: overview, grid, searches by text. */
async function lookAround(took: number[]): Promise<void> {
  const n = took.length;
  for (const path of [
    '/api/v1/overview',
    '/api/v1/batches/bbig0/grid',
    `/api/v1/tasks?batch=bbig0&location=berth%20${n}`,
    `/api/v1/tasks?batch=bbig0&phase=failed&location=berth%20${n % 97}`,
    '/api/v1/batches/bbig0/timeline',
  ]) {
    const startedMs = performance.now();
    const answer = await fetch(`${url}${path}`).catch(() => undefined);
    if (!answer) return void (await sleep(200));
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    took.push(performance.now() - startedMs);
  }
}

async function openNight(name: string, size: { processes: number; zones: number; over: boolean }): Promise<void> {
  const id = `b${name}` as BatchId;
  const ring = [
    [3, 43],
    [3.1, 43],
    [3.1, 43.1],
    [3, 43],
  ];
  const content: BatchContent = {
    name,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: size.processes }, (_, i) => ({
      id: `process-${i}`,
      name: `Process ${i}`,
      datasetId: 'd',
      projectId: 'p',
      provider: undefined,
    })),
    zones: Array.from({ length: size.zones }, (_, i) => ({
      id: i,
      imageId: `image-${i}`,
      image2Id: undefined,
      location: `Harbour ${i % 400}, berth ${i}`,
      project: undefined,
      geom: { type: 'Polygon' as const, coordinates: [ring] },
    })),
  };
  await openBatch(ledger, {
    id,
    content,
    contentHash: id,
    file: name,
    providers: content.processes.map(() => 'airbus'),
  });
  if (!size.over) return;
  const { redis: client, keys } = ledger;
  await client.set(keys.grid(id), Buffer.alloc(size.processes * size.zones, 's'));
  await client.zrem(keys.provider('airbus').feed, id);
  await client.del(keys.counts(id));
  await client.hset(keys.counts(id), 's', size.processes * size.zones);
  await client.hset(keys.batch(id), 'endedAt', Date.now());
}
