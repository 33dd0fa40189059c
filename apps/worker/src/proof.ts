import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { BatchId } from '@nightpass/core';
import { createKeys, openBatch, readCounts } from '@nightpass/engine';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { startSimulator } from '@nightpass/simulator';
import { batchOf } from './test-night.ts';
import { type WorkerProcess, workerProcesses } from './test-processes.ts';

/**
 * One batch, some workers, a given number of kills, and at the end the platform's own record against the ledger's
 * counters, and the pace that was kept: `npm run proof -- --tasks 600 --per-second 60 --worker-kills 20 --redis-kills 2`.
 * Bounded in count and time; exit 0 only if both agree on every task.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '600' },
    'per-second': { type: 'string', default: '60' },
    workers: { type: 'string', default: '2' },
    'worker-kills': { type: 'string', default: '20' },
    'redis-kills': { type: 'string', default: '2' },
    'lost-percent': { type: 'string', default: '0' },
    /** `off`: the platform refuses to list its jobs, so that nobody can tell what became of a lost launch. */
    list: { type: 'string', default: 'on' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
  },
});
const tasks = Number(values.tasks);
const perSecond = Number(values['per-second']);
const workerKills = Number(values['worker-kills']);
const redisKills = Number(values['redis-kills']);
const lostPercent = Number(values['lost-percent']);
const endAtMs = Date.now() + Number(values.minutes) * 60_000;

const random = mulberry32(Number(values.seed));
const say = (line: string) => process.stdout.write(`${line}\n`);
const startedAtMs = Date.now();
const elapsed = () => `${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s`;

const redis = await startTestRedis();
const platform = await startSimulator({
  kind: 'airbus-playground',
  behaviour: { jobSeconds: [1, 4], failPercent: 5, latencyMs: [10, 60] },
  faults:
    lostPercent === 0
      ? []
      : [
          { on: 'launch', do: 'drop-after-accept', when: { percent: lostPercent / 2 } },
          { on: 'launch', do: 'reply-after-accept', status: 502, when: { percent: lostPercent / 2 } },
          ...(values.list === 'off' ? [{ on: 'list' as const, do: 'reply' as const, status: 404, when: {} }] : []),
        ],
  seed: values.seed,
  tokens: ['test-token'],
});
const processes = await workerProcesses(redis.url, {
  providers: {
    airbus: {
      kind: 'airbus-playground',
      baseUrl: platform.url,
      auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
      launchNameToken: true,
      launch: { perSecond, concurrency: 4, maxInFlight: 10_000 },
      read: { perSecond: 300, minLookSeconds: 0.5, maxLookSeconds: 2 },
      reconcile: { reads: 2, everySeconds: 2 },
    },
  },
});
const ledger = { redis: redis.client(), keys: createKeys() };
const id = `b${randomBytes(6).toString('hex')}` as BatchId;
const content = batchOf({ processes: 2, zones: Math.ceil(tasks / 2) });
const all = content.processes.length * content.zones.length;
await openBatch(ledger, { id, content, contentHash: id, file: 'proof.json', providers: ['airbus', 'airbus'] });

const workers: WorkerProcess[] = Array.from({ length: Number(values.workers) }, () => processes.start());
// Kills fall while launches go on, where they hurt.
const launchMs = (all / perSecond) * 1000;
const kills = [
  ...Array.from({ length: workerKills }, () => ({ what: 'worker' as const, atMs: random() * launchMs })),
  ...Array.from({ length: redisKills }, () => ({ what: 'redis' as const, atMs: random() * launchMs })),
].sort((a, b) => a.atMs - b.atMs);

for (const kill of kills) {
  await sleepUntil(startedAtMs + 2_000 + kill.atMs);
  if (kill.what === 'redis') {
    await redis.kill9();
    await redis.restart();
    say(`${elapsed()}  redis killed and started again`);
  } else {
    const slot = Math.floor(random() * workers.length);
    const victim = workers[slot];
    victim?.kill('SIGKILL');
    await victim?.exited;
    workers[slot] = processes.start();
    say(`${elapsed()}  worker ${victim?.pid} killed, ${platform.counts().launch.arrived} launches so far`);
  }
}

let ended = false;
while (!ended && Date.now() < endAtMs) {
  await sleepUntil(Date.now() + 500);
  ended = (await ledger.redis.hexists(ledger.keys.batch(id), 'endedAt')) === 1;
}

const counts = await readCounts(ledger, id);
const truth = platform.jobCounts();
const twice = platform.launchedTwice();
const verdict = {
  tasks: all,
  ended,
  workerKills,
  redisKills,
  answersLost: platform.counts().launch.byFault,
  requests: {
    launch: platform.counts().launch.arrived,
    look: platform.counts().look.arrived,
    list: platform.counts().list.arrived,
  },
  platform: truth,
  ledger: Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0)),
  launchedTwice: twice.length,
  neverLaunched: all - platform.jobs().length,
  mostLaunchesInAnySecond: platform.mostInAnySecond('launch'),
  launchesPerSecond: averagePace(platform.launches().map((launch) => launch.atMs)),
  seconds: Math.round((Date.now() - startedAtMs) / 100) / 10,
};
const agree =
  ended &&
  twice.length === 0 &&
  verdict.neverLaunched === 0 &&
  (counts.parked === 0 || values.list === 'off') &&
  counts.succeeded + counts.failed + counts.parked === (truth.SUCCEEDED ?? 0) + (truth.FAILED ?? 0) &&
  counts.succeeded + counts.failed + counts.parked === all;
say(JSON.stringify(verdict, undefined, 2));
say(agree ? 'proof: every task launched once, followed to its end, and counted' : 'proof: NOT as promised');

await processes.stop();
await platform.close();
await redis.stop();
process.exit(agree ? 0 : 1);

/** Over the whole time from the first launch to the last. */
function averagePace(atMs: readonly number[]): number {
  const spanMs = (atMs.at(-1) ?? 0) - (atMs[0] ?? 0);
  return Math.round(((atMs.length - 1) / spanMs) * 1_000_000) / 1000;
}

function sleepUntil(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now())));
}

/** A small generator with a seed, so that a run can be run again. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
