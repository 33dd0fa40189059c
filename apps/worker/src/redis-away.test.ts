import { readCounts } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

let night: Night;
afterEach(() => night.stop());

const seconds = (n: number) => new Promise((resolve) => setTimeout(resolve, n * 1000));

test.each([2, 12])(
  'a Redis that is away for %i s: work goes on by itself within 10 s of its return, and nothing is launched twice',
  async (away) => {
    night = await startNight({
      behaviour: { jobSeconds: 0.5, latencyMs: 20 },
      provider: { launch: { perSecond: 20, concurrency: 4, maxInFlight: 500 }, launchNameToken: true },
    });
    const id = await night.openBatch({ processes: 1, zones: 120 });
    night.startWorker();
    night.startWorker();
    await night.until(() => night.platform.counts().launch.arrived >= 30);
    await night.redis.kill9();
    await seconds(away);
    const before = night.platform.counts().launch.arrived;
    await night.redis.restart();
    await night.until(() => night.platform.counts().launch.arrived > before + 5, 10_000);

    await night.untilEnded(id, 60_000);
    expect(night.platform.launchedTwice()).toEqual([]);
    expect(night.platform.jobs()).toHaveLength(120);
    expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 120 });
  },
  120_000,
);

test('a worker that is told to stop while Redis is away stops in time', async () => {
  night = await startNight({ behaviour: { jobSeconds: 60 } });
  await night.openBatch({ processes: 1, zones: 10 });
  const worker = night.startWorker();
  await night.until(() => night.platform.counts().launch.arrived === 10);
  await night.redis.kill9();
  const startedAtMs = performance.now();
  expect(await worker.drain(2_000)).toBe('gaveUp');
  expect(performance.now() - startedAtMs).toBeLessThan(4_000);
});
