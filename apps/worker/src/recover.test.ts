import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchId } from '@nightpass/core';
import { explainTask, readCounts, readHolds, readMoved, recoverLedger } from '@nightpass/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { cancelBatch, redriveBatch } from '../../../packages/engine/src/test-act.ts';
import { createFolder, type Folder, fileOf } from './test-folder.ts';
import { type Night, startNight } from './test-night.ts';
import { expectAccounted, lostNight } from './test-recover.ts';

/** Redis is empty in the middle of a night; the platform goes on. Its own record says what was launched. */

let night: Night;
let folder: Folder;
afterEach(async () => {
  await night.stop();
  await folder.remove();
});

const token = { launchNameToken: true };

/** Opens such a night as this test's own. */
async function open(options?: Parameters<typeof lostNight>[0]): Promise<BatchId> {
  const lost = await lostNight(options);
  ({ night, folder } = lost);
  return lost.id;
}

describe.each([
  ['with the key in each name', token],
  ['by payload', {}],
])('a night whose Redis was lost, recovered %s', (_, provider) => {
  test('every task is launched once, and every job of it is followed', async () => {
    const id = await open({ provider });
    const before = night.platform.jobs().length;
    const { batches, providers, unusable } = await recoverLedger(folder.options());
    expect(unusable).toEqual([]);
    expect(batches).toEqual([
      { id, file: 'night.json', tasks: 40, state: 'recovered', adopted: before, queued: 40 - before, parked: 0 },
    ]);
    expect(providers).toMatchObject([{ name: 'airbus', state: 'asked', jobs: before }]);
    expect(night.platform.jobs()).toHaveLength(before);
    expect((await readMoved(night.ledger, id, 0, 39)).filter((second) => second > 0)).toHaveLength(before);
    night.startWorker();
    await expectAccounted(night, id);
    expect(night.platform.jobs()).toHaveLength(40);
    expect(await readCounts(night.ledger, id)).toMatchObject({ parked: 0 });
    expect(await readHolds(night.ledger, night.provider, Date.now())).toEqual([]);
    expect(await recoverLedger(folder.options())).toMatchObject({ known: 1, batches: [] });
  });

  test('workers that run all the while launch nothing before the platform has been asked', async () => {
    const id = await open({ provider });
    night.startWorker();
    night.startWorker();
    const before = night.platform.counts().launch.arrived;
    let asked: number | undefined;
    const recovery = recoverLedger(
      folder.options({
        quietMs: 500,
        onProgress: ({ step }) => {
          if (step === 'restoring') asked = night.platform.counts().launch.arrived;
        },
      }),
    );
    await recovery;
    expect(asked).toBe(before);
    await expectAccounted(night, id);
    expect(night.platform.jobs()).toHaveLength(40);
  });
});

test('where jobs do not show what they were launched with, their tasks are parked with the reason, and none is launched', async () => {
  const id = await open({ behaviour: { echoInput: false } });
  const before = new Set(night.platform.jobs().map((job) => job.processId)).size;
  const { batches } = await recoverLedger(folder.options());
  expect(batches).toMatchObject([{ state: 'recovered', adopted: 0, parked: 20 * before, queued: 40 - 20 * before }]);
  const why = await explainTask(night.ledger, `${id}-0-0`, () => night.limits);
  expect(why?.answer).toContain('do not show what they were launched with');
  night.startWorker();
  await expectAccounted(night, id);
});

test('jobs already there of tasks whose payloads are alike are shared out only where there is one for each', async () => {
  night = await startNight({ behaviour: { jobSeconds: 0.2 } });
  folder = await createFolder(night);
  const file = fileOf({ processes: 1, zones: 3 });
  const [a, b] = file.zones;
  const id = await folder.drop('twins.json', { ...file, zones: [a, a, b, b] });
  const worker = night.startWorker();
  await night.untilEnded(id);
  await worker.drain(2_000);
  const [first] = night.platform.jobs().filter((job) => job.taskId === `${id}-0-2`);
  night.platform.removeJob(first?.id ?? '');
  await night.ledger.redis.flushall();
  expect((await recoverLedger(folder.options())).batches).toMatchObject([{ adopted: 2, parked: 2, queued: 0 }]);
  night.startWorker();
  await night.untilEnded(id);
  expect(night.platform.launchedTwice()).toEqual([]);
});

test('of a task that was launched twice on purpose, the newest job is followed', async () => {
  night = await startNight({ behaviour: { jobSeconds: 0.2, failPercent: 100 }, provider: token });
  folder = await createFolder(night, token);
  const id = await folder.drop('redriven.json', fileOf({ processes: 1, zones: 3 }));
  const worker = night.startWorker();
  await night.untilEnded(id);
  night.platform.setBehaviour({ failPercent: 0 });
  await redriveBatch(night.ledger, id, { phases: ['failed'], who: 'the test' });
  await night.until(async () => (await readCounts(night.ledger, id)).succeeded === 3);
  await worker.drain(2_000);
  await night.ledger.redis.flushall();
  expect((await recoverLedger(folder.options())).batches).toMatchObject([{ adopted: 3 }]);
  expect(await night.ledger.redis.hlen(night.ledger.keys.provider(night.provider).claims)).toBe(6);
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 3 });
  expect(night.platform.jobs()).toHaveLength(6);
});

test('batches accepted before a given time are left out', async () => {
  await open();
  const { batches, leftOut } = await recoverLedger(folder.options({ acceptedSinceMs: Date.now() + 1_000 }));
  expect({ batches, leftOut }).toEqual({ batches: [], leftOut: 1 });
});

test('what a platform had long enough to delete is not launched again', async () => {
  const id = await open();
  const before = night.platform.jobs().length;
  const { batches } = await recoverLedger(folder.options({ absenceTellsMs: 0 }));
  expect(batches).toMatchObject([{ adopted: before, parked: 40 - before, queued: 0 }]);
  night.startWorker();
  await expectAccounted(night, id);
  expect(night.platform.jobs()).toHaveLength(before);
});

test('a batch cancelled while it is recovered: what runs is followed, and cancelled on the platform', async () => {
  const id = await open({ behaviour: { jobSeconds: 60 } });
  const before = night.platform.jobs().length;
  night.platform.setFaults([{ on: 'any', do: 'reply', status: 503 }]);
  await recoverLedger(folder.options({ patienceMs: 100 }));
  await cancelBatch(night.ledger, id, { reason: 'the test' });
  night.platform.setFaults([]);
  await recoverLedger(folder.options());
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ cancelled: expect.any(Number), queued: 0, running: 0 });
  expect(night.platform.counts().launch.arrived).toBe(before);
  expect(night.platform.jobCounts().RUNNING ?? 0).toBe(0);
});

test('without its receipt, on one configured provider, a batch is recovered all the same', async () => {
  const id = await open({ provider: token });
  await rm(join(folder.inbox.dir, 'night.json.receipt.json'));
  expect((await recoverLedger(folder.options())).batches).toMatchObject([{ file: `${id}.json`, parked: 0 }]);
  night.startWorker();
  await expectAccounted(night, id);
});
