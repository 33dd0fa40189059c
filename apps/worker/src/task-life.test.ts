import { readCounts, readTasks } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

/** The first test to read: what becomes of tasks, from the open batch to their end. */

let night: Night;
afterEach(() => night.stop());

test('every task of a batch is launched once, followed to its end, and shown as completed on the board', async () => {
  night = await startNight();
  const id = await night.openBatch({ processes: 2, zones: 5 });
  const worker = night.startWorker();
  await night.untilEnded(id);

  expect(await readCounts(night.ledger, id)).toMatchObject({ queued: 0, running: 0, succeeded: 10, failed: 0 });
  expect(night.platform.launches()).toHaveLength(10);
  expect(night.platform.launchedTwice()).toEqual([]);
  const [task] = await readTasks(night.ledger, [`${id}-1-4` as never], async () => ({ zoneCount: 5 }));
  expect(task).toMatchObject({
    phase: 'succeeded',
    attempt: 1,
    drive: 1,
    remoteStatus: 'succeeded',
    progressPercent: 100,
  });
  expect(task?.history.map((line) => line.text.split(':')[0])).toEqual(['launching', 'running', 'succeeded']);
  expect(worker).toBeDefined();
});
