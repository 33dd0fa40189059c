import { parseArgs } from 'node:util';
import { readCounts, recoverLedger } from '@nightpass/engine';
import { createFolder, fileOf } from './test-folder.ts';
import { startNight } from './test-night.ts';

/**
 * A night whose Redis is emptied half way, with two workers that go on; then `recover`: `npm run proof:recover -- --tasks 5000`.
 * Exit 0 only if no task was launched twice, and every one has its end.
 */

const { values } = parseArgs({
  options: { tasks: { type: 'string', default: '5000' }, 'per-second': { type: 'string', default: '200' } },
});
const tasks = Number(values.tasks);
const perSecond = Number(values['per-second']);
const say = (line: string) => process.stdout.write(`${line}\n`);

const provider = {
  launchNameToken: true,
  launch: { perSecond, concurrency: 4, maxInFlight: 10_000 },
  read: { perSecond: 300, minLookSeconds: 0.5, maxLookSeconds: 2 },
};
const night = await startNight({ behaviour: { jobSeconds: [2, 20], failPercent: 5, latencyMs: [5, 30] }, provider });
const folder = await createFolder(night, provider);
const { platform, ledger } = night;
try {
  const id = await folder.drop('night.json', fileOf({ processes: 10, zones: Math.ceil(tasks / 10) }));
  night.startWorker();
  night.startWorker();
  const patienceMs = (tasks / perSecond) * 3_000 + 60_000;
  await night.until(() => platform.jobs().length >= tasks / 2, patienceMs);
  await ledger.redis.flushall();
  say(`Redis emptied: ${platform.jobs().length} of ${tasks} tasks launched, ${JSON.stringify(platform.jobCounts())}`);

  const startedMs = performance.now();
  // What was under way when Redis was emptied has reached the platform by then.
  const { batches, providers } = await recoverLedger(folder.options({ quietMs: 3_000, patienceMs: 60_000 }));
  say(
    `recover took ${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${JSON.stringify({ batches, providers })}`,
  );

  await night.untilEnded(id, patienceMs);
  const counts = await readCounts(ledger, id);
  const twice = platform.launchedTwice().length;
  const ends = counts.succeeded + counts.failed + counts.parked;
  const agrees = platform.jobCounts().SUCCEEDED === counts.succeeded && platform.jobCounts().FAILED === counts.failed;
  say(JSON.stringify({ ledger: counts, platform: platform.jobCounts(), launchedTwice: twice }, undefined, 2));
  const isWell = twice === 0 && ends === tasks && agrees;
  say(isWell ? 'recover: 0 launched twice, every task accounted for' : 'recover: NOT as promised');
  process.exitCode = isWell ? 0 : 1;
} finally {
  await night.stop();
  await folder.remove();
}
