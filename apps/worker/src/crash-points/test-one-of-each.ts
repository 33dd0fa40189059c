import { type TaskPlace, writeIntent } from '@nightpass/engine';
import { expect } from 'vitest';
import { feedOnce } from '../../../../packages/engine/src/feeder.ts';
import { takeLaunchJob } from '../../../../packages/engine/src/test-crash.ts';
import { launchLost, type Night } from './test-boundaries.ts';

/** The zone whose launcher died with the intent on record. */
export const orphaned = 2;

export const placeOf = (night: Night, zone: number): TaskPlace => ({
  ref: { batchId: night.id, processIndex: 0, zoneIndex: zone },
  index: zone,
  provider: night.run.name,
  processId: '00000000-0000-4000-8000-000000000000',
});

/** One runs, one is unconfirmed, one has a launcher that died, one is queued. */
export async function oneOfEach(night: Night): Promise<void> {
  const { run, platform, task } = night;
  await feedOnce(run, 100);
  await takeLaunchJob(run, task(0), 'first');
  platform.setFaults([launchLost]);
  await takeLaunchJob(run, task(1), 'first');
  const { redis, keys } = run.ledger;
  const its = placeOf(night, orphaned);
  await redis.set(keys.launchLock(run.name, its.ref), 'dead');
  const intent = { maxInFlight: 9, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  expect(await writeIntent(run.ledger, its, { ...intent, token: 'dead' })).toMatchObject({ kind: 'go' });
}
