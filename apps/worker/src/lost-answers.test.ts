import type { TaskId } from '@nightpass/core';
import { type PlacedHold, readCounts, readHolds, readTasks } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

/** What becomes of a launch whose answer is lost, refused for now, or not believed. */

let night: Night;
afterEach(() => night.stop());

async function read(id: string, zones: number) {
  const [task] = await readTasks(night.ledger, [id as TaskId], async () => ({ zoneCount: zones }));
  if (!task) throw new Error(`no task ${id}`);
  return task;
}

for (const lost of ['drop-after-accept', 'truncate', 'reply-after-accept'] as const) {
  test(`a launch that took effect but was answered by "${lost}" is found on the platform and not sent again`, async () => {
    night = await startNight({
      faults: [
        lost === 'reply-after-accept'
          ? { on: 'launch', do: lost, status: 502, when: { times: 1 } }
          : { on: 'launch', do: lost, when: { times: 1 } },
      ],
    });
    const id = await night.openBatch({ processes: 1, zones: 3 });
    night.startWorker();
    await night.untilEnded(id);
    expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 3 });
    expect(night.platform.launches()).toHaveLength(3);
    expect(night.platform.jobs()).toHaveLength(3);
  });
}

test('a launch that never took effect is searched for twice before it is sent again', async () => {
  night = await startNight({ faults: [{ on: 'launch', do: 'drop', when: { times: 1 } }] });
  const id = await night.openBatch({ processes: 1, zones: 1 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 1 });
  expect(night.platform.jobs()).toHaveLength(1);
  const task = await read(`${id}-0-0`, 1);
  expect(task.attempt).toBe(2);
  expect(night.platform.requests({ call: 'list' }).length).toBeGreaterThanOrEqual(2);
});

test('a launch that the platform cannot tell of is parked for a person, never guessed', async () => {
  night = await startNight({
    behaviour: { echoInput: false },
    faults: [{ on: 'launch', do: 'drop-after-accept', when: { times: 1 } }],
  });
  const id = await night.openBatch({ processes: 1, zones: 1 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ parked: 1 });
  expect(night.platform.jobs()).toHaveLength(1);
  expect((await read(`${id}-0-0`, 1)).reason).toBeTruthy();
});

test('with onUnconfirmed relaunch, what the platform cannot tell of is sent again, a bounded number of times', async () => {
  night = await startNight({
    behaviour: { echoInput: false },
    faults: [{ on: 'launch', do: 'drop-after-accept', when: {} }],
    provider: { onUnconfirmed: 'relaunch', launch: { perSecond: 100, concurrency: 1, maxAttempts: 2 } },
  });
  const id = await night.openBatch({ processes: 1, zones: 1 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ parked: 1 });
  expect(night.platform.jobs()).toHaveLength(2);
});

test('two tasks whose payloads are alike never adopt one remote job', async () => {
  night = await startNight({ faults: [{ on: 'launch', do: 'drop-after-accept', when: { times: 1 } }] });
  const { batchOf } = await import('./test-night.ts');
  const [zone] = batchOf({ processes: 1, zones: 1 }).zones;
  const id = await night.openBatch({ processes: 1, zones: 2 }, { zones: [zone, zone] as never });
  night.startWorker();
  await night.untilEnded(id);
  const jobs = await Promise.all([read(`${id}-0-0`, 2), read(`${id}-0-1`, 2)]);
  expect(jobs[0].job?.id).not.toBe(jobs[1].job?.id);
  expect(night.platform.jobs()).toHaveLength(2);
});

test('a 429 stops all launches for as long as the platform asked, and spends no attempt', async () => {
  night = await startNight({
    faults: [{ on: 'launch', do: 'reply', status: 429, retryAfterSeconds: 2, when: { after: 2, times: 1 } }],
  });
  const id = await night.openBatch({ processes: 1, zones: 8 });
  night.startWorker();
  night.startWorker();
  let hold: PlacedHold | undefined;
  await night.until(async () => {
    const holds = await readHolds(night.ledger, night.provider, Date.now());
    hold = holds.find(({ kind }) => kind === 'retry-after');
    return hold !== undefined;
  });
  await night.untilEnded(id);

  const { sinceMs, untilMs = 0 } = hold as unknown as PlacedHold;
  expect(untilMs - sinceMs).toBeGreaterThanOrEqual(2_000);
  const tasks = await Promise.all(Array.from({ length: 8 }, (_, zone) => read(`${id}-0-${zone}`, 8)));
  // All on the clock of Redis, which says both when a launch may leave and until when none may.
  const intents = tasks.map(({ intentAtMs = 0 }) => intentAtMs);
  expect(intents.filter((ms) => ms > sinceMs && ms < untilMs)).toEqual([]);
  expect(intents.filter((ms) => ms >= untilMs).length).toBeGreaterThanOrEqual(1);
  expect(night.platform.counts().launch.byStatus[429]).toBe(1);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 8 });
  for (const task of tasks) expect(task).toMatchObject({ attempt: 1 });
});

test('refused credentials hold the provider, with a reason, and one probe at a time tries them again', async () => {
  night = await startNight({
    faults: [{ on: 'launch', do: 'reply', status: 401, body: { message: 'Token expired' }, when: {} }],
  });
  const id = await night.openBatch({ processes: 1, zones: 30 });
  night.startWorker();
  await night.until(async () =>
    (await readHolds(night.ledger, night.provider, Date.now())).some((hold) => hold.kind === 'credentials'),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  // At most what was being launched already, each renewed once.
  expect(night.platform.counts().launch.arrived).toBeLessThanOrEqual(8);
  expect(await readCounts(night.ledger, id)).toMatchObject({ queued: 30, failed: 0 });
});

test('a platform that is away is held after a few tries, and no attempt is spent', async () => {
  night = await startNight({ provider: { probeSeconds: 0.3 } });
  await night.platform.goOffline();
  const id = await night.openBatch({ processes: 1, zones: 30 });
  night.startWorker();
  await night.until(async () =>
    (await readHolds(night.ledger, night.provider, Date.now())).some((hold) => hold.kind === 'outage'),
  );
  expect(await readCounts(night.ledger, id)).toMatchObject({ failed: 0, parked: 0, unconfirmed: 0 });
  await night.platform.comeOnline();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 30 });
  expect(await read(`${id}-0-0`, 30)).toMatchObject({ attempt: 1 });
});

test('where all is refused, a harmless request included, it is the address: the provider is held, and fails no more', async () => {
  const nothingHere = (on: 'launch' | 'describe') => ({ on, do: 'reply' as const, status: 404, when: {} });
  night = await startNight({
    faults: [nothingHere('launch'), nothingHere('describe')],
    provider: { launch: { perSecond: 40, concurrency: 4, maxInFlight: 500 }, probeSeconds: 0.3 },
  });
  const id = await night.openBatch({ processes: 1, zones: 200 });
  night.startWorker();
  const heldFor = async () => (await readHolds(night.ledger, night.provider, Date.now())).map(({ reason }) => reason);
  await night.until(async () => (await heldFor()).length > 0);
  expect((await heldFor()).join()).toContain('is its baseUrl right?');
  const { failed } = await readCounts(night.ledger, id);
  expect(failed).toBeGreaterThanOrEqual(10);
  expect(failed).toBeLessThan(100);

  // A probe that is refused again keeps the hold.
  const probes = () => night.platform.counts().describe.arrived;
  const before = probes();
  await night.until(() => probes() > before + 1);
  expect(await heldFor()).toHaveLength(1);
  night.platform.setFaults([]);
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 200 - failed, failed });
});

test('tasks that are refused for what they are fail one by one, and hold nothing', async () => {
  night = await startNight({ faults: [{ on: 'launch', do: 'reply', status: 422, body: { message: 'no' }, when: {} }] });
  const id = await night.openBatch({ processes: 1, zones: 60 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ failed: 60 });
  expect(await readHolds(night.ledger, night.provider, Date.now())).toEqual([]);
});

test('where the platform refuses to list its jobs, what is lost is parked, and not sent again', async () => {
  night = await startNight({
    faults: [
      { on: 'launch', do: 'drop-after-accept', when: { times: 1 } },
      { on: 'list', do: 'reply', status: 404, when: {} },
    ],
    provider: { launchNameToken: true },
  });
  const id = await night.openBatch({ processes: 1, zones: 3 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 2, parked: 1 });
  expect(night.platform.jobs()).toHaveLength(3);
});
