import { parseArgs } from 'node:util';
import { type TaskId, taskIdOf } from '@nightpass/core';
import { readBatch, readCounts, readTasks, walkGrid } from '@nightpass/engine';
import { startNight } from './test-night.ts';

/**
 * A platform that refuses our credentials for a while, then is away for as long, then is well: `npm run proof:held --
 * --minutes 10` takes a little more than twice that. Exit 0 only if no attempt was spent, at most one probe went in any
 * minute, and all tasks succeeded.
 */

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, tasks: { type: 'string', default: '200' } },
});
const forMs = Number(values.minutes) * 60_000;
const tasks = Number(values.tasks);
const say = (line: string) => process.stdout.write(`${line}\n`);

const night = await startNight({
  faults: [
    { on: 'any', do: 'reply', status: 401, body: { message: 'Token expired' }, when: { untilMs: forMs } },
    { on: 'any', do: 'reply', status: 503, body: { message: 'Down' }, when: { fromMs: forMs, untilMs: 2 * forMs } },
  ],
});
const { platform, ledger } = night;
try {
  const id = await night.openBatch({ processes: 1, zones: tasks });
  night.startWorker();
  night.startWorker();
  // The last wait between two probes may be as long as all that were before.
  await night.untilEnded(id, 5 * forMs + 60_000);

  const probes = platform.requests({ call: 'describe' }).map(({ atMs }) => atMs);
  const closest = Math.min(...probes.slice(1).map((atMs, i) => atMs - (probes[i] ?? 0)));
  const batch = await readBatch(ledger, id);
  const ids: TaskId[] = [];
  if (batch) for await (const { ref } of walkGrid(ledger, batch, () => true)) ids.push(taskIdOf(ref));
  const attempts = (await readTasks(ledger, ids, async () => batch)).map(({ attempt }) => attempt);
  const told = (await ledger.redis.xrange(`${ledger.keys.prefix}:notices`, '-', '+')).map(([, fields]) =>
    fields.join(' '),
  );
  const facts = {
    ledger: await readCounts(ledger, id),
    mostAttempts: Math.max(...attempts),
    probesAtSeconds: probes.map((atMs) => Math.round(atMs / 1000)),
    closestProbesSeconds: Math.round(closest / 1000),
    refused: platform.counts().any.byStatus,
    told: ['provider-held', 'provider-released'].map((kind) => [kind, told.filter((it) => it.includes(kind)).length]),
    launchedTwice: platform.launchedTwice().length,
  };
  say(JSON.stringify(facts, undefined, 2));
  const isWell = facts.ledger.succeeded === tasks && facts.mostAttempts === 1 && closest >= 59_000;
  say(isWell ? 'held: no attempt spent, at most one probe a minute, all succeeded' : 'held: NOT as promised');
  process.exitCode = isWell ? 0 : 1;
} finally {
  await night.stop();
}
