import type { TaskId } from '@nightpass/core';
import { createQueues, explainTask, readCounts, readTasks } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { cancelBatch, redriveBatch } from '../../../packages/engine/src/test-act.ts';
import { type Night, startNight } from './test-night.ts';

/** The first test to read: what becomes of tasks, from the open batch to their end. */

let night: Night;
afterEach(() => night.stop());

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function board() {
  return createQueues(night.ledger.keys, night.provider, night.redis.client(), quiet);
}

async function read(id: string, zones: number) {
  const [task] = await readTasks(night.ledger, [id as TaskId], async () => ({ zoneCount: zones }));
  if (!task) throw new Error(`no task ${id}`);
  return task;
}

test('every task of a batch is launched once, followed to its end, and completed on the board', async () => {
  night = await startNight();
  const id = await night.openBatch({ processes: 2, zones: 5 });
  night.startWorker();
  await night.untilEnded(id);

  expect(await readCounts(night.ledger, id)).toMatchObject({ queued: 0, running: 0, succeeded: 10, failed: 0 });
  expect(night.platform.launches()).toHaveLength(10);
  expect(night.platform.launchedTwice()).toEqual([]);
  const task = await read(`${id}-1-4`, 5);
  expect(task).toMatchObject({
    phase: 'succeeded',
    attempt: 1,
    drive: 1,
    remoteStatus: 'succeeded',
    progressPercent: 100,
  });
  expect(task.history.map((line) => line.text.split(':')[0])).toEqual(['launching', 'running', 'succeeded']);

  const queues = board();
  await night.until(async () => (await queues.track.getJobCounts('completed')).completed === 10);
  expect(await queues.launch.getJobCounts('waiting', 'active', 'failed')).toEqual({ waiting: 0, active: 0, failed: 0 });
  expect((await queues.track.getJob(`${id}-1-4`))?.name).toBe('Process 1 · Place 4');
  await Promise.all([queues.launch.close(), queues.track.close()]);
});

test('a launch that the platform clearly refuses ends as failed, with the message of the platform, and is not sent again', async () => {
  night = await startNight({
    faults: [
      {
        on: 'launch',
        do: 'reply',
        status: 400,
        body: { message: 'Image not found' },
        when: { match: { imageId: 'image-1' } },
      },
    ],
  });
  const id = await night.openBatch({ processes: 1, zones: 3 });
  night.startWorker();
  await night.untilEnded(id);

  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 2, failed: 1 });
  const failed = await read(`${id}-0-1`, 3);
  expect(failed.reason).toContain('Image not found');
  expect(night.platform.launches()).toHaveLength(3);
  const queues = board();
  await night.until(async () => (await queues.track.getJobCounts('failed')).failed === 1);
  expect((await queues.track.getJob(failed.id))?.failedReason).toContain('Image not found');
  await Promise.all([queues.launch.close(), queues.track.close()]);
});

test('a remote job that fails ends its task as failed; a redrive launches that task again and no other', async () => {
  night = await startNight({ behaviour: { failPercent: 100 } });
  const id = await night.openBatch({ processes: 1, zones: 4 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ failed: 4 });

  night.platform.setBehaviour({ failPercent: 0 });
  expect(await redriveBatch(night.ledger, id, { phases: ['failed'], who: 'a test' })).toBe(4);
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ failed: 0, succeeded: 4 });
  expect(await read(`${id}-0-0`, 4)).toMatchObject({ drive: 2, attempt: 2 });
  expect(night.platform.launches()).toHaveLength(8);
  expect(await redriveBatch(night.ledger, id, { phases: ['failed'], who: 'a test' })).toBe(0);
});

test('a retry on the board is a redrive of that one task', async () => {
  night = await startNight({ behaviour: { failPercent: 100 } });
  const id = await night.openBatch({ processes: 1, zones: 2 });
  night.startWorker();
  await night.untilEnded(id);
  const queues = board();
  await night.until(async () => (await queues.track.getJobCounts('failed')).failed === 2);

  night.platform.setBehaviour({ failPercent: 0 });
  await (await queues.track.getJob(`${id}-0-1`))?.retry();
  await night.until(async () => (await readCounts(night.ledger, id)).succeeded === 1);
  expect(await readCounts(night.ledger, id)).toMatchObject({ failed: 1, succeeded: 1 });
  expect(night.platform.launches()).toHaveLength(3);
  await night.until(async () => (await queues.track.getJobCounts('completed')).completed === 1);
  await Promise.all([queues.launch.close(), queues.track.close()]);
});

test('a cancelled batch launches nothing more, and its running jobs are cancelled on the platform', async () => {
  night = await startNight({
    behaviour: { jobSeconds: 600 },
    provider: { launch: { perSecond: 100, maxInFlight: 3, concurrency: 4 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 10 });
  night.startWorker();
  await night.until(async () => (await readCounts(night.ledger, id)).running === 3);

  await cancelBatch(night.ledger, id, { reason: 'a test asked' });
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ cancelled: 10, succeeded: 0 });
  expect(night.platform.launches()).toHaveLength(3);
  expect(night.platform.counts().delete.arrived).toBe(3);
});

test('a remote job that outlives its deadline is cancelled on the platform and ends as expired', async () => {
  night = await startNight({ behaviour: { jobSeconds: 600 }, provider: { remoteJobTimeoutHours: 1 / 3600 } });
  const id = await night.openBatch({ processes: 1, zones: 2 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ expired: 2 });
  expect((await read(`${id}-0-0`, 2)).reason).toContain('outlived its deadline');
  expect(night.platform.counts().delete.arrived).toBe(2);
});

test('no more tasks are in flight than allowed, and why tells so', async () => {
  night = await startNight({
    behaviour: { jobSeconds: 600 },
    provider: { launch: { perSecond: 100, maxInFlight: 2, concurrency: 4 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 8 });
  night.startWorker();
  await night.until(async () => (await readCounts(night.ledger, id)).running === 2);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(night.platform.launches()).toHaveLength(2);
  const why = await explainTask(night.ledger, `${id}-0-7`, () => night.limits);
  expect(why?.answer).toContain('at most 2 may run at a time');
});
