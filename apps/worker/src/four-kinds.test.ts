import { type BatchId, type Phase, phases } from '@nightpass/core';
import { type LedgerContext, readBatch, readHolds, walkGrid } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { allKinds, newLedger, openBatchOf, type Platform, startPlatform } from './test-kinds.ts';
import { until } from './test-night.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const platforms: Platform[] = [];
afterEach(async () => {
  for (const platform of platforms.splice(0)) await platform.close();
});

/** How many tasks of each process stand in each phase. */
async function phasesByProcess(ledger: LedgerContext, id: BatchId): Promise<Record<Phase, number>[]> {
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error(`no batch ${id}`);
  const none = () => Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>;
  const counts = Array.from({ length: batch.processCount }, none);
  for await (const { ref, phase } of walkGrid(ledger, batch, () => true)) {
    const of = counts[ref.processIndex];
    if (of) of[phase] += 1;
  }
  return counts;
}

test('one night on four kinds of platform: while one is away the others end theirs, and it ends its own when it is back', async () => {
  const zones = 40;
  const ledger = newLedger(redis);
  for (const kind of allKinds) {
    platforms.push(await startPlatform(redis, ledger, kind, { behaviour: { jobSeconds: [0.2, 1] } }));
  }
  const away = platforms.find(({ kind }) => kind === 'openeo') as Platform;
  await away.simulator.goOffline();
  const id = await openBatchOf(ledger, allKinds, zones);
  const mine = allKinds.indexOf('openeo');

  await until(async () => {
    const counts = await phasesByProcess(ledger, id);
    return counts.every(({ succeeded }, i) => i === mine || succeeded === zones);
  }, 60_000);
  expect((await phasesByProcess(ledger, id))[mine]).toMatchObject({ queued: zones, failed: 0, parked: 0 });
  const held = async (kind: string) => (await readHolds(ledger, kind, Date.now())).map((hold) => hold.kind);
  expect(await held('openeo')).toEqual(['outage']);
  for (const { kind } of platforms) if (kind !== 'openeo') expect(await held(kind)).toEqual([]);

  await away.simulator.comeOnline();
  await until(async () => (await phasesByProcess(ledger, id))[mine]?.succeeded === zones, 60_000);
  for (const { kind, simulator } of platforms) {
    expect(simulator.launchedTwice(), kind).toEqual([]);
    expect(
      simulator.jobs().filter((job) => job.started),
      kind,
    ).toHaveLength(zones);
  }
});

test.each(allKinds)('on %s, a launch whose answer is lost is launched once all the same', async (kind) => {
  const zones = 8;
  const ledger = newLedger(redis);
  const config = {
    reconcile: { reads: 2, everySeconds: 0.3 },
    ...(kind === 'ogc-api-processes' && { soleClient: true }),
    ...(kind === 'openeo' && { statusLagSeconds: 0 }),
  };
  const platform = await startPlatform(redis, ledger, kind, { behaviour: { jobSeconds: 0.5 }, config });
  platforms.push(platform);
  platform.simulator.setFaults([
    { on: 'launch', do: 'drop-after-accept', when: { times: 1 } },
    { on: 'launch', do: 'reply-after-accept', status: 502, when: { after: 2, times: 1 } },
    { on: 'create', do: 'drop-after-accept', when: { after: 4, times: 1 } },
  ]);
  const id = await openBatchOf(ledger, [kind], zones);
  await until(
    async () => (await phasesByProcess(ledger, id))[0]?.succeeded === zones,
    60_000,
    async () => JSON.stringify(await phasesByProcess(ledger, id)),
  );
  expect(platform.simulator.launchedTwice()).toEqual([]);
  expect(platform.simulator.jobs().filter((job) => job.started)).toHaveLength(zones);
});
