import { type BatchId, silentLog, type TaskId } from '@nightpass/core';
import { readCounts, requeue, type TaskPlace, writeIntent } from '@nightpass/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { feedOnce } from '../../../packages/engine/src/feeder.ts';
import type { ProviderRun } from '../../../packages/engine/src/provider-run.ts';
import { cancelBatch } from '../../../packages/engine/src/test-act.ts';
import { carryOn, makeAllDue, started, sweepThrough, takeLaunchJob } from '../../../packages/engine/src/test-crash.ts';
import { expectAccounted, openStage, type Stage } from './test-platform.ts';

/** Two processes in each other's way, where neither has died. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Night {
  id: BatchId;
  task: TaskId;
  at: TaskPlace;
  run: ProviderRun;
}

async function nightOfOne(): Promise<Night> {
  const id = await stage.openNight({}, 1);
  const { ledger, queues, provider, limits } = stage;
  const adapter = stage.adapter('key', 'successors');
  const run = started({ name: provider, ledger, queues, limits, adapter, log: silentLog, random: () => 0.5 });
  await feedOnce(run, 100);
  const ref = { batchId: id, processIndex: 0, zoneIndex: 0 };
  const processId = '00000000-0000-4000-8000-000000000000';
  return { id, task: `${id}-0-0` as TaskId, at: { ref, index: 0, provider, processId }, run };
}

function endJobs(): void {
  for (const job of stage.platform.jobs()) {
    if (['ACCEPTED', 'RUNNING'].includes(job.status)) stage.platform.setJobStatus(job.id, 'SUCCEEDED');
  }
}

// The sweep takes a launch that is due for one whose launcher has died: a cancel must not make it due.
test('a batch cancelled while a launch of it is under way: what comes of the launch is cancelled, not left to run', async () => {
  const { id, task, run } = await nightOfOne();
  stage.platform.setFaults([{ on: 'launch', do: 'late-effect', ms: 400, when: { times: 1 } }]);
  const launching = takeLaunchJob(run, task, 'mine');
  await stage.platform.waitFor(() => stage.platform.counts().launch.arrived === 1, 5_000);
  await cancelBatch(run.ledger, id, { reason: 'enough' });
  // As the sweep goes on by itself, while the answer is still out: nothing here is helped along.
  for (let n = 0; n < 10; n++) {
    await sweepThrough(run);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await launching;
  await carryOn(started(run), id, 'launches');
  await expectAccounted(stage, id, { also: [], hidden: false, drives: 1 });
  expect(await readCounts(run.ledger, id)).toMatchObject({ cancelled: 1 });
});

// An attempt that was given back is numbered like the next one: the moment of the intent tells them apart.
test('a requeue that reaches Redis twice, the second time late, does not take back a launch sent since', async () => {
  const { id, task, at, run } = await nightOfOne();
  const { redis, keys } = run.ledger;
  const allowed = { maxInFlight: 9, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  await redis.set(keys.launchLock(run.name, at.ref), 'first');
  const first = await writeIntent(run.ledger, at, { ...allowed, token: 'first' });
  if (first.kind !== 'go') throw new Error(`the first intent is told ${first.kind}`);
  const turnedAway = {
    attempt: 1,
    intentAtMs: first.intentAtMs,
    sent: false,
    rule: 'refused',
    reason: 'no connection',
  };
  // It takes effect, but its connection breaks before the answer; it will be sent again when there is another.
  await requeue(run.ledger, at, turnedAway);

  // Meanwhile the lock runs out, and a successor launches. Its POST is with the platform when the old requeue comes.
  stage.platform.setFaults([{ on: 'launch', do: 'stall', ms: 300, when: { times: 1 } }]);
  const launching = takeLaunchJob(run, task, 'second');
  await stage.platform.waitFor(() => stage.platform.jobs().length === 1, 5_000);
  await requeue(run.ledger, at, turnedAway);
  await launching;
  endJobs();
  for (let n = 0; n < 3; n++) {
    await feedOnce(run, 100);
    await makeAllDue(run);
    await sweepThrough(run);
    endJobs();
  }
  await carryOn(started(run), id, 'launches').catch(() => undefined);
  expect(stage.platform.launchedTwice()).toEqual([]);
});
