import type { BatchId } from '@nightpass/core';
import { readCounts, readHolds, recoverLedger } from '@nightpass/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { createFolder, type Folder, fileOf } from './test-folder.ts';
import { type Night, startNight } from './test-night.ts';
import { dyingAt, Killed } from './test-recover.ts';

/** A recovery that dies between any two of its effects, and is run again. */

let night: Night;
let folder: Folder;
afterEach(async () => {
  await night.stop();
  await folder.remove();
});

describe.each([
  ['the key', { launchNameToken: true }],
  ['payload', {}],
])('killed at any of its effects, found by %s', (_, provider) => {
  /** A night of 6 tasks of which some run, for long. */
  async function someRunning(): Promise<{ id: BatchId; running: number }> {
    night = await startNight({
      behaviour: { jobSeconds: 3600 },
      provider: { ...provider, launch: { perSecond: 20, concurrency: 1 }, read: { perSecond: 1_000 } },
    });
    folder = await createFolder(night, provider);
    const id = await folder.drop('night.json', fileOf({ processes: 1, zones: 6 }));
    const worker = night.startWorker();
    await night.until(() => night.platform.jobs().length >= 3);
    await worker.drain(2_000);
    return { id, running: night.platform.jobs().length };
  }

  /** @returns whether it was killed before it could complete. */
  async function dies(nth: number, when: 'before' | 'after'): Promise<boolean> {
    await night.ledger.redis.flushall();
    return recoverLedger(dyingAt(folder.options(), nth, when)).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Killed) return true;
        throw error;
      },
    );
  }

  test('it may be run again: the ledger is whole then, and until then nothing can be launched', async () => {
    const { id, running } = await someRunning();
    const { redis, keys } = night.ledger;
    const its = keys.provider(night.provider);
    let points = 0;
    for (const when of ['before', 'after'] as const) {
      for (let nth = 1; await dies(nth, when); nth++) {
        points++;
        const place = `${when} effect ${nth}`;
        const [acceptedAt, recovering] = await redis.hmget(keys.batch(id), 'acceptedAt', 'recovering');
        const whole = (await readCounts(night.ledger, id)).running === running;
        expect(acceptedAt === null || recovering !== null || whole, place).toBe(true);
        await recoverLedger(folder.options());
        expect(await readCounts(night.ledger, id), place).toMatchObject({ running, queued: 6 - running, parked: 0 });
        expect(await redis.hexists(keys.batch(id), 'recovering'), place).toBe(0);
        expect(await readHolds(night.ledger, night.provider, Date.now()), place).toEqual([]);
        const sizes = [redis.scard(its.inflight), redis.hlen(its.claims), redis.zcard(its.due), redis.zcard(its.feed)];
        expect(await Promise.all(sizes), place).toEqual([running, running, running, 1]);
      }
    }
    expect(points).toBeGreaterThan(40);
  });

  test('with workers running all the while nothing is launched twice', async () => {
    const { id, running } = await someRunning();
    night.platform.setBehaviour({ jobSeconds: 0.05 });
    for (const nth of [8, 16, 20, 24]) expect(await dies(nth, 'after')).toBe(true);
    night.startWorker();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(night.platform.jobs()).toHaveLength(running);
    for (const job of night.platform.jobs()) night.platform.setJobStatus(job.id, 'SUCCEEDED');
    await recoverLedger(folder.options());
    await night.untilEnded(id);
    expect(night.platform.launchedTwice()).toEqual([]);
    expect(await readCounts(night.ledger, id)).toMatchObject({ succeeded: 6 });
  });
});
