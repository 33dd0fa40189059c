import { batchIdOf, readBatch } from '@nightpass/core';
import type { Receipt } from '@nightpass/engine';
import { expect, test } from 'vitest';
import { disagreements, type NightRecords } from './account.ts';
import { readDemoFiles } from './drops.ts';

/** A night in which all agree; each test makes one record lie. */
async function agreedNight(): Promise<NightRecords> {
  const all = await readDemoFiles();
  const wanted = ['gironde-after-the-fires.json', 'gironde-after-the-fires (copy).json', 'ports-of-brittany.json'];
  const files = all.filter(({ name }) => wanted.includes(name));
  const reading = files[0]?.reading;
  if (!reading?.ok) throw new Error('the example has faults');
  const id = batchIdOf(reading.contentHash);
  const none = { queued: 0, launching: 0, unconfirmed: 0, running: 0, cancelled: 0, expired: 0, parked: 0 };
  const counts = { ...none, succeeded: 5, failed: 1 };
  const tasks = Array.from({ length: 6 }, (_, zone) => ({
    id: `${id}-0-${zone}`,
    phase: zone === 0 ? ('failed' as const) : ('succeeded' as const),
    remoteJob: `job-${zone}`,
  }));
  return {
    files: files.map(({ name, reading, copyOf }) => {
      const outcome = reading.ok ? (copyOf === undefined ? 'accepted' : 'known') : 'rejected';
      const receipt = {
        outcome,
        batch: reading.ok ? id : null,
        new: outcome === 'accepted' ? 6 : 0,
        faultCount: reading.ok ? 0 : reading.faultCount,
      } as Receipt;
      return { name, reading, copyOf, receipt, result: reading.ok ? { ...counts } : undefined };
    }),
    batches: [{ id, taskCount: 6, counts, tasks }],
    platform: {
      jobs: tasks.map((task) => ({
        id: task.remoteJob,
        taskId: task.id,
        status: task.phase === 'failed' ? 'FAILED' : 'SUCCEEDED',
      })),
      launchedTwice: [],
      mostLaunchesInAnySecond: 3,
      stoodStillMs: 20,
    },
    launchesPerSecond: 3,
    boardAnswers: true,
  };
}

test('records that agree leave nothing to say', async () => {
  expect(disagreements(await agreedNight())).toEqual([]);
});

test('launches that heaped up while the machine stood still did not leave too fast', async () => {
  const night = await agreedNight();
  Object.assign(night.platform, { mostLaunchesInAnySecond: 5, stoodStillMs: 340 });
  expect(disagreements(night)).toEqual([]);
  night.platform.stoodStillMs = 300;
  expect(disagreements(night)).toHaveLength(1);
});

const lies: [string, (night: NightRecords) => void, RegExp][] = [
  [
    'a job launched for a task twice',
    (night) => {
      night.platform.launchedTwice = [{ key: 'b1-0-0', jobs: [] }];
    },
    /b1-0-0: the platform was made to run it twice/,
  ],
  [
    'a job that nobody asked for',
    (night) => {
      night.platform.jobs = [...night.platform.jobs, { id: 'j', taskId: undefined, status: 'RUNNING' }];
    },
    /job j: the platform runs it for no task/,
  ],
  [
    'a task without its job',
    (night) => {
      night.platform.jobs = night.platform.jobs.slice(1);
    },
    /0-0: the ledger calls it failed, and the platform has no job of it/,
  ],
  [
    'a failure called a success',
    (night) => {
      night.platform.jobs = night.platform.jobs.map((job) => ({ ...job, status: 'SUCCEEDED' }));
    },
    /0-0: the ledger calls it failed, the platform SUCCEEDED/,
  ],
  [
    'counters that do not fit the tasks',
    (night) => {
      for (const batch of night.batches) batch.counts = { ...batch.counts, succeeded: 6, failed: 0 };
    },
    /the counters say 0 failed, its tasks 1/,
  ],
  [
    'a task still open',
    (night) => {
      for (const task of night.batches[0]?.tasks.slice(0, 1) ?? []) task.phase = 'running';
    },
    /it is running, and so not accounted for/,
  ],
  [
    'a file without a receipt',
    (night) => {
      for (const file of night.files) file.receipt = undefined;
    },
    /it has no receipt/,
  ],
  [
    'a faulty file that was accepted',
    (night) => {
      for (const file of night.files) if (file.receipt?.outcome === 'rejected') file.receipt.outcome = 'accepted';
    },
    /its receipt says accepted, not rejected/,
  ],
  [
    'results that count differently',
    (night) => {
      for (const file of night.files) if (file.result) file.result.succeeded = 4;
    },
    /its results and the ledger count differently: succeeded/,
  ],
  [
    'a batch that no file holds',
    (night) => {
      for (const file of night.files) file.reading = readBatch('{}');
    },
    /the ledger holds it, and no file does/,
  ],
  [
    'launches that came too fast',
    (night) => {
      night.platform.mostLaunchesInAnySecond = 5;
    },
    /5 launches came to the platform within one second/,
  ],
  [
    'a board that does not answer',
    (night) => {
      night.boardAnswers = false;
    },
    /the board does not answer/,
  ],
];

test.each(lies)('%s is told', async (_, lie, told) => {
  const night = await agreedNight();
  lie(night);
  expect(disagreements(night).join('\n')).toMatch(told);
});
