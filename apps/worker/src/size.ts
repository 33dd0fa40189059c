import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BatchId } from '@nightpass/core';
import { createKeys, openBatch, readCounts } from '@nightpass/engine';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { startSimulator } from '@nightpass/simulator';
import { batchOf } from './test-night.ts';
import { workerProcesses } from './test-processes.ts';

/**
 * What a large batch costs: the memory of Redis and of the workers as it goes on, the slowest Redis command, the pace.
 * Launches as fast as it can on this machine, so that the whole of it fits in minutes.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '2' },
    'max-minutes': { type: 'string', default: '15' },
  },
});
const tasks = Number(values.tasks);
const say = (line: string) => process.stdout.write(`${line}\n`);

const redis = await startTestRedis({ settings: { 'slowlog-log-slower-than': '5000', 'slowlog-max-len': '500' } });
const platform = await startSimulator({
  kind: 'airbus-playground',
  behaviour: { jobSeconds: 20 },
  tokens: ['test-token'],
});
const processes = await workerProcesses(redis.url, {
  providers: {
    airbus: {
      kind: 'airbus-playground',
      baseUrl: platform.url,
      auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
      launch: { perSecond: 1000, concurrency: 16, maxInFlight: 20_000 },
      read: { perSecond: 1000, minLookSeconds: 20, maxLookSeconds: 60 },
    },
  },
});
const client = redis.client();
const ledger = { redis: client, keys: createKeys() };
const id = `b${randomBytes(6).toString('hex')}` as BatchId;
const content = batchOf({ processes: 2, zones: tasks / 2 });

const rssMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const redisMiB = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? 0) / 1_048_576;

const openedAtMs = performance.now();
await openBatch(ledger, { id, content, contentHash: id, file: 'size.json', providers: ['airbus', 'airbus'] });
say(
  `opened ${tasks} tasks in ${((performance.now() - openedAtMs) / 1000).toFixed(1)} s, Redis ${(await redisMiB()).toFixed(0)} MiB`,
);

const workers = Array.from({ length: Number(values.workers) }, () => processes.start());
const startedAtMs = performance.now();
const endAtMs = startedAtMs + Number(values['max-minutes']) * 60_000;
let ended = false;
let launchedBefore = 0;
while (!ended && performance.now() < endAtMs) {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const counts = await readCounts(ledger, id);
  ended = (await client.hexists(ledger.keys.batch(id), 'endedAt')) === 1;
  const launched = platform.counts().launch.arrived;
  say(
    [
      `${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s`,
      `launched ${launched} (${((launched - launchedBefore) / 10).toFixed(0)}/s)`,
      `queued ${counts.queued} running ${counts.running} ended ${counts.succeeded}`,
      `Redis ${(await redisMiB()).toFixed(0)} MiB`,
      `workers ${workers.map((worker) => rssMiB(worker.pid).toFixed(0)).join(' + ')} MiB`,
    ].join('  '),
  );
  launchedBefore = launched;
}
const slow = (await client.slowlog('GET', '10')) as [number, number, number, string[]][];
say(
  `slowest Redis commands (ms): ${slow.map(([, , micros, [command, ...args]]) => `${(micros / 1000).toFixed(1)} ${command} ${args[0]?.slice(0, 40)}`).join(' | ') || 'none above 5 ms'}`,
);
say(
  `launched twice ${platform.launchedTwice().length}, jobs on the platform ${Object.values(platform.jobCounts()).reduce((a, b) => a + b, 0)}`,
);
say(JSON.stringify(await readCounts(ledger, id)));

for (const worker of workers) worker.kill('SIGTERM');
await Promise.all(workers.map((worker) => worker.exited));
await processes.stop();
await platform.close();
await redis.stop();
process.exit(ended ? 0 : 1);
