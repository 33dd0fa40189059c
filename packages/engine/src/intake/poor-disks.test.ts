import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { listBatches, readBatch } from '../ledger/batches.ts';
import { createKeys } from '../ledger/keys.ts';
import { openInbox } from './inbox.ts';
import { type Intake, takeFile } from './take-file.ts';
import { batchFile, createTestInbox, testNowMs } from './test-inbox.ts';
import { mountSmallDisk, type SmallDisk } from './test-small-disk.ts';

/** Disks that are full, or may not be written to, and a file too large for any reader. */

let server: TestRedis;
let redis: Redis;
let disk: SmallDisk | undefined;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
afterAll(() => server.stop());
afterEach(() => {
  disk?.remove();
  disk = undefined;
});

const mayMount = (() => {
  const tried = mountSmallDisk(64);
  if (!('unavailable' in tried)) tried.remove();
  return 'unavailable' in tried ? tried.unavailable : true;
})();
if (mayMount !== true) process.stderr.write(`poor-disks.test.ts, skipped: ${mayMount}\n`);

/** An inbox on a disk of its own, with a good file of some 120 KB in it. */
async function smallInbox(sizeKiB: number): Promise<{ intake: Intake; dir: string }> {
  const mounted = mountSmallDisk(sizeKiB);
  if ('unavailable' in mounted) throw new Error(mounted.unavailable);
  disk = mounted;
  const dir = join(mounted.dir, 'inbox');
  const intake: Intake = {
    ledger: { redis, keys: createKeys(`t${randomBytes(4).toString('hex')}`) },
    inbox: await openInbox(dir),
    providers: { known: ['airbus'], default: 'airbus' },
    maxFileBytes: 512 * 1024 ** 2,
    patienceMs: 10_000,
  };
  await writeFile(join(dir, 'night.json'), JSON.stringify(batchFile({ zones: 500 })));
  return { intake, dir };
}

const take = (intake: Intake, file = 'night.json') =>
  takeFile(intake, { file, unchangedForMs: 60_000, nowMs: testNowMs });
const batchesOf = ({ ledger }: Intake) => listBatches(ledger, { offset: 0, limit: 10 });

/** Fills the disk until no byte more goes onto it. @returns the path of what fills it */
async function fill(dir: string): Promise<string> {
  const path = join(dir, 'ballast');
  const file = await open(path, 'w');
  try {
    for (const size of [65_536, 4096, 1]) {
      for (;;) if ((await file.write(Buffer.alloc(size)).catch(() => undefined))?.bytesWritten !== size) break;
    }
  } finally {
    await file.close();
  }
  return path;
}

const oddNames = async (dir: string) =>
  (await readdir(dir, { recursive: true })).filter((name) => name.includes('nightpass-tmp'));

test.runIf(mayMount === true)(
  'on a full disk a good file is not taken, opens no batch, and leaves nothing half-written; with room it is taken',
  async () => {
    const { intake, dir } = await smallInbox(1024);
    const ballast = await fill(disk?.dir ?? '');
    expect(await take(intake)).toEqual({ kind: 'notReady', reason: expect.stringContaining('the disk is full') });
    expect(await batchesOf(intake)).toEqual([]);
    expect(await oddNames(dir)).toEqual([]);
    expect((await readdir(dir)).sort()).toEqual(['.nightpass', 'accepted', 'night.json', 'rejected']);

    await rm(ballast);
    expect(await take(intake)).toMatchObject({ kind: 'accepted', receipt: { new: 500 } });
  },
);

test.runIf(mayMount === true)(
  'a disk that fills up between the archive and the receipt: the file is taken once there is room, as one batch',
  async () => {
    const { intake, dir } = await smallInbox(1024);
    let ballast: Promise<string> | undefined;
    // The batch is open in the ledger by then, and the receipt is the next thing to be written.
    const filling: Intake = {
      ...intake,
      ledger: {
        ...intake.ledger,
        redis: new Proxy(redis, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            return async (...args: unknown[]) => {
              if (ballast) await ballast;
              return Reflect.apply(value, target, args);
            };
          },
        }),
      },
      before: (what) => {
        if (what === 'record the drop') ballast = fill(disk?.dir ?? '');
      },
    };
    const first = await take(filling);
    expect(first).toEqual({ kind: 'notReady', reason: expect.stringContaining('the disk is full') });
    expect(await readdir(dir)).toContain('night.json');
    expect(await oddNames(dir)).toEqual([]);

    await rm((await ballast) ?? '');
    expect(await take(intake)).toMatchObject({ kind: 'accepted', receipt: { new: 500, alreadyKnown: 0 } });
    const [id = '', ...others] = await batchesOf(intake);
    expect(others).toEqual([]);
    expect((await readBatch(intake.ledger, id as never))?.taskCount).toBe(500);
    expect(JSON.parse(await readFile(join(dir, 'night.json.receipt.json'), 'utf8')).outcome).toBe('accepted');
  },
);

test.runIf(mayMount === true)(
  'in an inbox that became read-only a file waits with the reason, a bad one too; writable again both are answered',
  async () => {
    const { intake, dir } = await smallInbox(1024);
    await writeFile(join(dir, 'bad.json'), '{}');
    disk?.remount('ro');
    const reason = expect.stringContaining('the file system is read-only');
    expect(await take(intake)).toEqual({ kind: 'notReady', reason });
    expect(await take(intake, 'bad.json')).toEqual({ kind: 'notReady', reason });
    expect(await batchesOf(intake)).toEqual([]);
    await expect(openInbox(dir)).rejects.toThrow('is mounted read-only: mount it for writing');

    disk?.remount('rw');
    expect(await take(intake)).toMatchObject({ kind: 'accepted' });
    expect(await take(intake, 'bad.json')).toMatchObject({ kind: 'rejected' });
    expect(await batchesOf(intake)).toHaveLength(1);
  },
);

test('a file of two gigabytes is refused unread, at once and in little memory, with what is allowed', async () => {
  const it = await createTestInbox(redis);
  try {
    const path = join(it.intake.inbox.dir, 'huge.json');
    await mkdir(it.intake.inbox.dir, { recursive: true });
    const file = await open(path, 'w');
    // Sparse: it takes no room.
    await file.truncate(2 * 1024 ** 3 + 1);
    await file.close();
    const [rss, startedMs] = [process.memoryUsage().rss, performance.now()];
    expect(await it.take('huge.json', { maxFileBytes: 512 * 1024 ** 2 })).toMatchObject({ kind: 'rejected' });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(process.memoryUsage().rss - rss).toBeLessThan(100 * 1024 ** 2);
    const { faults, faultCount } = await it.json('rejected/huge.json.receipt.json');
    expect(faults).toMatchObject([{ line: 1, column: 1, found: 'a file of 2048 MiB', expected: 'at most 512 MiB' }]);
    expect(faultCount).toBe(1);
    expect(await it.batches()).toEqual([]);
    expect(await it.files()).toEqual(['rejected/huge.json', 'rejected/huge.json.receipt.json']);
  } finally {
    await it.remove();
  }
});
