import { readCounts, readTasks } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

let night: Night;
afterEach(() => night.stop());

async function toldKinds({ ledger }: Night) {
  const entries = await ledger.redis.xrange(`${ledger.keys.prefix}:notices`, '-', '+');
  return entries.map(([, [, json]]) => JSON.parse(json ?? '{}') as { kind: string; facts?: { hold?: string } });
}

test('a platform that refuses our credentials, then is down, then works: no attempt is spent, few probes are sent, and people are told three times', async () => {
  const refusedMs = 4_000;
  const downMs = 4_000;
  night = await startNight({
    behaviour: { jobSeconds: 0.2 },
    faults: [
      { on: 'any', do: 'reply', status: 401, body: { message: 'Token expired' }, when: { untilMs: refusedMs } },
      {
        on: 'any',
        do: 'reply',
        status: 503,
        html: '<h1>503</h1>',
        when: { fromMs: refusedMs, untilMs: refusedMs + downMs },
      },
    ],
    provider: { probeSeconds: 0.5, launch: { perSecond: 50, concurrency: 4 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 20 });
  night.startWorker();
  night.startWorker();
  await night.untilEnded(id, 60_000);

  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 20 });
  const ids = Array.from({ length: 20 }, (_, zone) => `${id}-0-${zone}` as never);
  for (const task of await readTasks(night.ledger, ids, async () => ({ zoneCount: 20 }))) expect(task.attempt).toBe(1);
  expect(night.platform.launchedTwice()).toEqual([]);
  // What was in hand when it began, each with one renewal, and then single probes at doubling distances.
  const inVain = night.platform.requests().filter((request) => request.atMs < refusedMs + downMs);
  expect(inVain.length).toBeLessThanOrEqual(8 * 2 + 8);

  const holds = (await toldKinds(night)).filter((notice) => notice.kind.startsWith('provider-'));
  expect(holds.map((notice) => notice.kind)).toEqual(['provider-held', 'provider-held', 'provider-released']);
});

test('a full quota holds launches only, is tried by single launches, and ends with the first that is taken', async () => {
  night = await startNight({
    behaviour: {
      jobSeconds: 1,
      concurrentJobs: { limit: 2, status: 403, message: 'Quota exceeded: too many jobs are running' },
    },
    provider: { launch: { perSecond: 50, concurrency: 2 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 3 });
  night.startWorker();
  await night.until(
    async () => (await night.ledger.redis.hexists(night.ledger.keys.provider('airbus').holds, 'quota')) === 1,
  );
  await night.until(async () => (await readCounts(night.ledger, id)).succeeded === 2);
  // Nobody waits half a minute for the probe in a test: its moment is brought forward.
  const holds = night.ledger.keys.provider('airbus').holds;
  const hold = JSON.parse((await night.ledger.redis.hget(holds, 'quota')) ?? '{}');
  await night.ledger.redis.hset(holds, 'quota', JSON.stringify({ ...hold, untilMs: 1 }));
  await night.untilEnded(id);
  expect(await night.ledger.redis.hexists(holds, 'quota')).toBe(0);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 3 });
});
