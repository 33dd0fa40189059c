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

/** Real processes, really killed. The platform's own record says what was launched. */

let redis: TestRedis;
let platform: Simulator;
let workers: WorkerProcesses;

afterEach(async () => {
  await workers?.stop();
  await platform?.close();
  await redis?.stop();
});

interface Plan {
  tasks: number;
  perSecond: number;
  latencyMs: number;
  jobSeconds: number;
  failPercent?: number;
}

async function night({ tasks, perSecond, ...behaviour }: Plan) {
  redis = await startTestRedis();
  platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour,
    tokens: ['test-token'],
  });
  workers = await workerProcesses(redis.url, {
    providers: {
      airbus: {
        kind: 'airbus-playground',
        baseUrl: platform.url,
        auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
        launchNameToken: true,
        launch: { perSecond, concurrency: 4, maxInFlight: 1000 },
        read: { perSecond: 300, minLookSeconds: 0.5, maxLookSeconds: 2 },
        reconcile: { reads: 2, everySeconds: 1 },
      },
    },
  });
  const ledger = { redis: redis.client(), keys: createKeys() };
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const content = batchOf({ processes: 2, zones: tasks / 2 });
  await openBatch(ledger, { id, content, contentHash: id, file: 'test.json', providers: ['airbus', 'airbus'] });
  const ended = () => ledger.redis.hexists(ledger.keys.batch(id), 'endedAt');
  return { ledger, id, ended };
}

test('workers killed with -9 and a Redis killed with -9 in the middle: every task is launched once, and the counters are exact', async () => {
  const { ledger, id, ended } = await night({ tasks: 100, perSecond: 40, latencyMs: 20, jobSeconds: 1 });
  let running = [workers.start(), workers.start()];
  for (const launchesBefore of [10, 30, 60]) {
    await platform.waitFor(() => platform.counts().launch.arrived >= launchesBefore, 60_000);
    const [victim, other] = running;
    victim?.kill('SIGKILL');
    if (launchesBefore === 30) {
      await redis.kill9();
      await redis.restart();
    }
    running = [...(other ? [other] : []), workers.start()];
  }
  await until(
    async () => (await ended()) === 1,
    90_000,
    async () => JSON.stringify(await readCounts(ledger, id)),
  );

  expect(platform.launchedTwice()).toEqual([]);
  expect(platform.jobs()).toHaveLength(100);
  expect(await readCounts(ledger, id)).toMatchObject({ succeeded: 100, parked: 0, failed: 0 });
}, 120_000);

test('a worker stopped with SIGTERM hands its work over and exits by itself; another ends the batch', async () => {
  const { ledger, id, ended } = await night({ tasks: 40, perSecond: 30, latencyMs: 50, jobSeconds: 1 });
  const first = workers.start();
  await platform.waitFor(() => platform.counts().launch.arrived >= 10, 30_000);
  first.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  const sent = platform.counts().launch.arrived;
  expect(sent).toBeLessThan(40);
  expect((await readCounts(ledger, id)).launching).toBe(0);

  workers.start();
  await until(async () => (await ended()) === 1, 30_000);
  expect(platform.jobs()).toHaveLength(40);
  expect(platform.launchedTwice()).toEqual([]);
}, 60_000);

test('where no board runs, and whoever began it has gone, a redrive at its own pace goes on through the death of a worker', async () => {
  const { ledger, id } = await night({ tasks: 12, perSecond: 50, latencyMs: 0, jobSeconds: 0.1, failPercent: 100 });
  const count = async () => readCounts(ledger, id);
  const first = workers.start();
  await until(async () => (await count()).failed === 12);

  platform.setBehaviour({ failPercent: 0 });
  // One every 500 ms.
  const wanted: Wanted = { action: 'redrive', target: { kind: 'batch', batch: id }, perMinute: 120 };
  const choice = await chooseTasks(ledger, wanted, 'anna');
  const begunMs = performance.now();
  await beginAction(ledger, choice.id, { wanted, who: 'anna', role: 'operator', why: 'it is mended' });
  const changed = async () => (await readAction(ledger, choice.id))?.changed ?? 0;
  await until(async () => (await changed()) >= 3);
  first.kill('SIGKILL');
  workers.start();
  await until(async () => (await count()).succeeded === 12, 60_000);
  // At most five seconds' worth is made up for, after the lease of the dead one.
  expect(performance.now() - begunMs).toBeGreaterThan(3_000);
  expect(await changed()).toBe(12);
  // Once before, and once more, each of them.
  expect(platform.jobs()).toHaveLength(24);
  expect(new Set(platform.jobs().map(({ taskId }) => taskId)).size).toBe(12);
}, 120_000);
