import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identityOf } from './read-drop.ts';
import { takeFile } from './take-file.ts';
import { forgetTakings } from './taking.ts';
import { batchFile, createTestInbox, Killed, killedBefore, type TestInbox, testNowMs } from './test-inbox.ts';

/** A producer killed between any two effects, and the next one, which finishes its work. */

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
afterAll(() => server.stop());

/** Drops the file, is killed before the nth effect. @returns whether it was: not once the work is done before. */
async function takeKilled(it: TestInbox, file: string, nth: number): Promise<boolean> {
  try {
    await takeFile(killedBefore(it.intake, nth), { file, unchangedForMs: 60_000, nowMs: testNowMs });
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

/** What a producer does when it starts. */
async function start(it: TestInbox, file: string) {
  const { ledger, inbox } = it.intake;
  const isThere = async (name: string) => (await identityOf(`${inbox.dir}/${name}`)) !== undefined;
  await forgetTakings(ledger, inbox, isThere);
  if (await isThere(file)) await it.take(file);
}

async function forEveryKill(run: (it: TestInbox, nth: number) => Promise<boolean>): Promise<number> {
  for (let nth = 1; ; nth++) {
    const it = await createTestInbox(redis);
    const killed = await run(it, nth);
    await it.remove();
    if (!killed) return nth - 1;
  }
}

test('killed before any effect of taking a file, and started again: one batch, all its tasks, accepted', async () => {
  const content = batchFile({ processes: 2, zones: 600 });
  const kills = await forEveryKill(async (it, nth) => {
    await it.drop('a.json', content);
    const killed = await takeKilled(it, 'a.json', nth);
    await start(it, 'a.json');

    const [batch, ...others] = await it.batches();
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ tasks: 1200, grid: 1200, queued: 1200 });
    expect(await redis.hlen(it.intake.ledger.keys.zones(batch?.id as never))).toBe(600);
    expect(await it.files()).toEqual(['a.json.receipt.json', `accepted/${batch?.id}.json`]);
    expect(await it.json(`accepted/${batch?.id}.json`)).toEqual(content);
    expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');

    // And the next drop of it is known.
    await it.drop('a.json', content);
    await start(it, 'a.json');
    expect((await it.json('a.json.receipt.json')).outcome).toBe('known');
    return killed;
  });
  expect(kills).toBeGreaterThan(15);
});

test('killed twice while taking one file that is run again: one new batch, and the next drop is another', async () => {
  await forEveryKill(async (it, first) => {
    let secondKilled = true;
    let firstKilled = true;
    for (let second = 1; secondKilled; second += 5) {
      const world = await createTestInbox(redis);
      await world.drop('a.again.json', batchFile());
      firstKilled = await takeKilled(world, 'a.again.json', first);
      secondKilled = await takeKilled(world, 'a.again.json', second);
      await start(world, 'a.again.json');
      expect(await world.batches()).toHaveLength(1);
      expect((await world.json('a.again.json.receipt.json')).outcome).toBe('accepted');

      await world.drop('a.again.json', batchFile());
      await start(world, 'a.again.json');
      expect(await world.batches()).toHaveLength(2);
      expect((await world.json('a.again.json.receipt.json')).outcome).toBe('accepted');
      await world.remove();
    }
    expect(await it.batches()).toEqual([]);
    return firstKilled;
  });
});

test('killed when the file was removed, and dropped once more before the next start: that is another drop', async () => {
  for (const [file, outcome, batches] of [
    ['a.json', 'known', 1],
    ['a.again.json', 'accepted', 2],
  ] as const) {
    let afterRemoval = 0;
    await forEveryKill(async (it, nth) => {
      await it.drop(file, batchFile());
      const killed = await takeKilled(it, file, nth);
      if (killed && !(await it.files()).includes(file)) {
        afterRemoval += 1;
        await it.drop(file, batchFile());
        await it.take(file);
        expect((await it.json(`${file}.receipt.json`)).outcome).toBe(outcome);
        expect(await it.batches()).toHaveLength(batches);
      }
      return killed;
    });
    expect(afterRemoval).toBeGreaterThan(0);
  }
});

test('killed before any effect of taking a known file: it is known all the same, and nothing is opened', async () => {
  await forEveryKill(async (it, nth) => {
    await it.drop('a.json', batchFile());
    await it.take('a.json');
    await it.drop('b.json', batchFile());
    const killed = await takeKilled(it, 'b.json', nth);
    await start(it, 'b.json');
    expect(await it.batches()).toMatchObject([{ file: 'a.json' }]);
    expect((await it.json('b.json.receipt.json')).outcome).toBe('known');
    expect(await it.files()).not.toContain('b.json');
    return killed;
  });
});

test('killed before any effect of refusing a file: it is refused once, with one receipt', async () => {
  const kills = await forEveryKill(async (it, nth) => {
    await it.drop('a.json', '{}');
    const killed = await takeKilled(it, 'a.json', nth);
    await start(it, 'a.json');
    expect(await it.files()).toEqual(['rejected/a.json', 'rejected/a.json.receipt.json']);
    expect(await it.batches()).toEqual([]);
    return killed;
  });
  expect(kills).toBeGreaterThan(3);
});
