import { type BatchId, silentLog } from '@nightpass/core';
import { createQueues, liftHold, readCounts, readHolds, recoverLedger } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import type { Folder } from './test-folder.ts';
import type { Night } from './test-night.ts';
import { expectAccounted, lostNight } from './test-recover.ts';

/** A recovery while the platform, or somebody, is in its way. */

let night: Night;
let folder: Folder;
afterEach(async () => {
  await night.stop();
  await folder.remove();
});

/** Opens such a night as this test's own. */
async function open(options?: Parameters<typeof lostNight>[0]): Promise<BatchId> {
  const lost = await lostNight(options);
  ({ night, folder } = lost);
  return lost.id;
}

test('a platform that fails while it is asked: nothing is launched, and a later run completes', async () => {
  const id = await open();
  night.startWorker();
  const before = night.platform.counts().launch.arrived;
  night.platform.setFaults([{ on: 'look', do: 'reply', status: 503, when: { after: 5 } }]);
  const first = await recoverLedger(folder.options({ patienceMs: 500 }));
  expect(first.batches).toMatchObject([{ state: 'waiting', adopted: 0 }]);
  expect(first.providers).toMatchObject([{ state: 'incomplete', reason: expect.stringContaining('503') }]);
  const [hold] = await readHolds(night.ledger, night.provider, Date.now());
  expect(hold?.reason).toContain('nightpass recover');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(night.platform.counts().launch.arrived).toBe(before);
  night.platform.setFaults([]);
  expect(await recoverLedger(folder.options())).toMatchObject({ batches: [{ state: 'recovered', parked: 0 }] });
  await expectAccounted(night, id);
  expect(night.platform.jobs()).toHaveLength(40);
});

test('what waits to be recovered is not launched even where a person lifts the hold, or drops the file again', async () => {
  const id = await open();
  const before = night.platform.counts().launch.arrived;
  night.platform.setFaults([{ on: 'look', do: 'reply', status: 503 }]);
  await recoverLedger(folder.options({ patienceMs: 100 }));
  expect(await liftHold(night.ledger, night.provider, ['person'])).toBe(true);
  await expect(folder.drop('night-2.json')).rejects.toThrow('known');
  const { launch } = createQueues(night.ledger.keys, night.provider, night.ledger.redis, silentLog);
  const worker = night.startWorker();
  // The feeder finds queued tasks without a job, and workers take them.
  await night.until(async () => (await launch.getJobCounts('active')).active === 4);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(night.platform.counts().launch.arrived).toBe(before);
  expect((await readCounts(night.ledger, id)).queued).toBe(40);
  night.platform.setFaults([]);
  await recoverLedger(folder.options());
  await expectAccounted(night, id);
  expect(night.platform.jobs()).toHaveLength(40);
  await worker.drain(2_000);
  await launch.close();
});

test('a platform that lists a job only after a while is given that while', async () => {
  const id = await open({ behaviour: { listLagSeconds: 1.5 } });
  await recoverLedger(folder.options({ quietMs: 1_700 }));
  night.startWorker();
  await expectAccounted(night, id);
  expect(night.platform.jobs()).toHaveLength(40);
});

test('calls that fail in passing are made again', async () => {
  const id = await open();
  night.platform.setFaults([
    { on: 'list', do: 'reply', status: 502, when: { everyN: 2 } },
    { on: 'look', do: 'drop', when: { everyN: 3 } },
    { on: 'look', do: 'reply', status: 429, retryAfterSeconds: 1, when: { times: 1 } },
  ]);
  expect(await recoverLedger(folder.options())).toMatchObject({ batches: [{ state: 'recovered', parked: 0 }] });
  night.platform.setFaults([]);
  night.startWorker();
  await expectAccounted(night, id);
});

test('a recovery that stood still while another was completed changes nothing', async () => {
  await open({ provider: { launchNameToken: true } });
  const before = night.platform.jobs().length;
  let goOn = () => {};
  const standing = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let stands = false;
  const options = folder.options({ absenceTellsMs: 0 });
  const providers = new Map(
    [...options.providers].map(([name, { adapter, limits }]) => {
      const { survey } = adapter;
      if (!survey) throw new Error('no survey');
      const jobsOf: typeof survey.jobsOf = async (...call) => {
        const answer = await survey.jobsOf(...call);
        stands = true;
        await standing;
        return answer;
      };
      return [name, { adapter: { ...adapter, survey: { ...survey, jobsOf } }, limits }];
    }),
  );
  const first = recoverLedger({ ...options, providers });
  await night.until(() => stands);
  const [batch] = (await recoverLedger(folder.options())).batches;
  expect(batch).toMatchObject({ state: 'recovered', adopted: before, parked: 0 });
  goOn();
  await first;
  // It would have parked what the other one has queued.
  if (batch) expect(await readCounts(night.ledger, batch.id)).toMatchObject({ queued: 40 - before, parked: 0 });
});
