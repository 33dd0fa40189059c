import { readCounts, readHolds } from '@nightpass/engine';
import { afterEach, expect, test } from 'vitest';
import { type Night, startNight } from './test-night.ts';

let night: Night;
afterEach(() => night.stop());

/** A window of one hour that is not now. */
function closedNow() {
  const hour = (n: number) => `${String((n + 24) % 24).padStart(2, '0')}:00`;
  const now = new Date().getUTCHours();
  return { from: hour(now + 5), to: hour(now + 6), timeZone: 'UTC' };
}

test('outside its window a provider launches nothing, says until when, and follows what runs', async () => {
  night = await startNight({ provider: { window: closedNow() } });
  const id = await night.openBatch({ processes: 1, zones: 3 });
  night.startWorker();
  await night.until(async () => (await readHolds(night.ledger, night.provider, Date.now())).length > 0);
  const [hold] = await readHolds(night.ledger, night.provider, Date.now());
  expect(hold).toMatchObject({ kind: 'window', stopsLooks: false });
  const inHours = ((hold?.untilMs ?? 0) - Date.now()) / 3_600_000;
  expect(inHours).toBeGreaterThan(3.9);
  expect(inHours).toBeLessThan(5.1);
  expect(night.platform.counts().launch.arrived).toBe(0);
  expect(await readCounts(night.ledger, id)).toMatchObject({ queued: 3 });
});

test('what was not launched by its last moment expires, even while the provider is held', async () => {
  night = await startNight({ provider: { window: closedNow() } });
  const id = await night.openBatch({ processes: 1, zones: 3 }, { launchByMs: Date.now() + 1_000 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ expired: 3 });
  expect(night.platform.counts().launch.arrived).toBe(0);
});

test('at the deadline of its batch, what still runs is cancelled on the platform and ends as expired', async () => {
  night = await startNight({ behaviour: { jobSeconds: 600 }, provider: { launch: { perSecond: 50, maxInFlight: 2 } } });
  const id = await night.openBatch({ processes: 1, zones: 4 }, { deadlineMs: Date.now() + 2_000 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ expired: 4 });
  expect(night.platform.counts().launch.arrived).toBe(2);
  expect(night.platform.counts().delete.arrived).toBe(2);
});

test('a process with a timeout of its own is cancelled by that', async () => {
  const process = '00000000-0000-4000-8000-000000000001';
  night = await startNight({
    behaviour: { jobSeconds: 3 },
    provider: { processTimeoutHours: { [process]: 1 / 3600 } },
  });
  const id = await night.openBatch({ processes: 2, zones: 2 });
  night.startWorker();
  await night.untilEnded(id);
  expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 2, expired: 2 });
});
