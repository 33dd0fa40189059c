import { randomBytes } from 'node:crypto';
import type { BatchId } from '@nightpass/core';
import {
  beginAction,
  chooseTasks,
  createKeys,
  openBatch,
  readAction,
  readCounts,
  type Wanted,
} from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, expect, test } from 'vitest';
import { batchOf, until } from './test-night.ts';
import { type WorkerProcesses, workerProcesses } from './test-processes.ts';

/** Where no board runs, and whoever began an action has gone, the workers carry it out. */

let redis: TestRedis;
let platform: Simulator;
let workers: WorkerProcesses;
afterEach(async () => {
  await workers?.stop();
  await platform?.close();
  await redis?.stop();
});

test('a redrive at its own pace goes on through the death of a worker, and launches each task once more', async () => {
  redis = await startTestRedis();
  const behaviour = { jobSeconds: 0.1, failPercent: 100 };
  platform = await startSimulator({ kind: 'airbus-playground', behaviour, tokens: ['test-token'] });
  workers = await workerProcesses(redis.url, {
    providers: {
      airbus: {
        kind: 'airbus-playground',
        baseUrl: platform.url,
        auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
        launchNameToken: true,
        launch: { perSecond: 50, concurrency: 4, maxInFlight: 1000 },
        read: { perSecond: 300, minLookSeconds: 0.2, maxLookSeconds: 0.5 },
      },
    },
  });
  const ledger = { redis: redis.client(), keys: createKeys() };
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const content = batchOf({ processes: 1, zones: 12 });
  await openBatch(ledger, { id, content, contentHash: id, file: 'test.json', providers: ['airbus'] });
  const count = async () => readCounts(ledger, id);
  const first = workers.start();
  await until(async () => (await count()).failed === 12);

  platform.setBehaviour({ failPercent: 0 });
  // One every 500 ms.
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: id }, perMinute: 120 };
  const choice = await chooseTasks(ledger, wanted, 'anna');
  const begunMs = performance.now();
  await beginAction(ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'it is mended' });
  await until(async () => ((await readAction(ledger, choice.id))?.changed ?? 0) >= 3);
  first.kill('SIGKILL');
  workers.start();
  await until(async () => (await count()).succeeded === 12, 60_000);
  // At first, and after the lease of the dead one, five seconds' worth may be made up for.
  expect(performance.now() - begunMs).toBeGreaterThan(3_000);
  expect(await readAction(ledger, choice.id)).toMatchObject({ changed: 12, looked: 12 });
  expect(platform.jobs()).toHaveLength(24);
});
