import { parseArgs } from 'node:util';
import { type Phase, phases } from '@nightpass/core';
import { readCounts } from '@nightpass/engine';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { newLedger, openBatchOf, startPlatform } from './test-kinds.ts';
import { until } from './test-night.ts';

/**
 * Many openEO jobs in flight on a back-end that allows few requests a minute: `npm run proof:bulk -- --tasks 2000
 * --requests-per-minute 12`. They are launched before the limit comes into force. Exit 0 only if all were followed to the
 * end that the back-end knows, and the limit was kept.
 */

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '2000' },
    'requests-per-minute': { type: 'string', default: '12' },
    'job-seconds': { type: 'string', default: '240' },
  },
});
const tasks = Number(values.tasks);
const perMinute = Number(values['requests-per-minute']);
const longestSeconds = Number(values['job-seconds']);
const say = (line: string) => process.stdout.write(`${line}\n`);

const redis = await startTestRedis();
const ledger = newLedger(redis);
const { simulator, close } = await startPlatform(redis, ledger, 'openeo', {
  behaviour: { like: 'vito', queueSeconds: [20, 60], jobSeconds: [30, longestSeconds], failPercent: 1 },
  config: {
    launch: { perSecond: 200, concurrency: 16, maxInFlight: tasks },
    read: { perMinute, minLookSeconds: 30, maxLookSeconds: 120 },
  },
});
try {
  const id = await openBatchOf(ledger, ['openeo'], tasks);
  await until(() => simulator.counts().launch.tookEffect >= tasks, 180_000);
  const before = simulator.counts().any.arrived;
  const sinceMs = performance.now();
  simulator.setBehaviour({ rateLimit: { perMinute, on: ['look', 'list', 'logs', 'results', 'delete', 'describe'] } });
  say(`${tasks} jobs in flight: from here on ${perMinute} requests a minute`);

  await until(
    async () => {
      const { succeeded, failed } = await readCounts(ledger, id);
      return succeeded + failed === tasks;
    },
    (longestSeconds + 1_200) * 1_000,
  );
  const counts = await readCounts(ledger, id);
  const requests = simulator.counts().any.arrived - before;
  const truth = simulator.jobCounts();
  const facts = {
    ledger: Object.fromEntries(
      (phases as readonly Phase[]).filter((it) => counts[it] > 0).map((it) => [it, counts[it]]),
    ),
    platform: truth,
    seconds: Math.round((performance.now() - sinceMs) / 1000),
    requests,
    requestsPerTask: Number((requests / tasks).toFixed(4)),
    requestsPerMinute: Number((requests / ((performance.now() - sinceMs) / 60_000)).toFixed(2)),
    refusedForTheLimit: simulator.counts().any.byStatus['429'] ?? 0,
    launchedTwice: simulator.launchedTwice().length,
  };
  say(JSON.stringify(facts, undefined, 2));
  const agrees = truth.finished === counts.succeeded && (truth.error ?? 0) === counts.failed;
  const isWell = agrees && facts.refusedForTheLimit === 0 && facts.launchedTwice === 0;
  say(isWell ? 'bulk: all followed to their end, within the limit' : 'bulk: NOT as promised');
  process.exitCode = isWell ? 0 : 1;
} finally {
  await close();
  await redis.stop();
}
