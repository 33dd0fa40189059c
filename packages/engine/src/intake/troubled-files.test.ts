import { writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { takeFile } from './take-file.ts';
import { batchFile, createTestInbox, type TestInbox } from './test-inbox.ts';

/** Files that change, lie, or come at a bad moment. */

let server: TestRedis;
let redis: Redis;
let it: TestInbox;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
afterAll(() => server.stop());
beforeEach(async () => {
  it = await createTestInbox(redis);
});
afterEach(() => it.remove());

test('a file above the limit is refused unread, and the receipt says what is allowed', async () => {
  await it.drop('big.json', batchFile({ zones: 100 }));
  await it.take('big.json', { maxFileBytes: 1024 });
  const { faults } = await it.json('rejected/big.json.receipt.json');
  expect(faults).toMatchObject([{ found: 'a file of 0.02 MiB', expected: 'at most 0 MiB' }]);
});

test('a file that ends too early is given time, and then refused', async () => {
  const whole = JSON.stringify(batchFile({ zones: 3 }));
  for (const [name, content] of [
    ['cut.json', whole.slice(0, 200)],
    ['empty.json', ''],
    ['reserved.json', whole.slice(0, 200).padEnd(whole.length, '\0')],
  ] as const) {
    await it.drop(name, content);
    const drop = { file: name, unchangedForMs: 4000, nowMs: Date.now() };
    expect(await takeFile(it.intake, drop)).toMatchObject({ kind: 'notReady', againInMs: 6000 });
    expect(await takeFile(it.intake, { ...drop, unchangedForMs: 10_000 })).toMatchObject({ kind: 'rejected' });
  }
});

test('a file replaced just after it was read opens no batch of what it was, and is then taken as what it is', async () => {
  await it.drop('a.json', batchFile({ name: 'old' }));
  const replace = (what: string) => {
    if (what === 'record the taking') writeSoon();
  };
  let writeSoon = () => {};
  const replaced = new Promise<void>((resolve, reject) => {
    writeSoon = () => void it.drop('a.json', batchFile({ name: 'new one' })).then(resolve, reject);
  });
  const hsetnx = redis.hsetnx.bind(redis);
  const slow = new Proxy(redis, {
    get(target, name) {
      if (name !== 'hsetnx') return Reflect.get(target, name);
      return async (...args: Parameters<typeof hsetnx>) => {
        await replaced;
        return hsetnx(...args);
      };
    },
  });
  const ledger = { ...it.intake.ledger, redis: slow };

  expect(await it.take('a.json', { ledger, before: replace })).toMatchObject({ kind: 'notReady' });
  expect(await it.batches()).toEqual([]);
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted', receipt: { name: 'new one' } });
});

test('a file saved anew while its batch was opened stays, and is a drop of its own', async () => {
  await it.drop('a.json', batchFile({ name: 'old' }));
  const before = (what: string) => {
    if (what !== 'remove the file') return;
    writeFileSync(join(it.intake.inbox.dir, 'a.json'), JSON.stringify(batchFile({ name: 'new one' })));
  };
  expect(await it.take('a.json', { before })).toMatchObject({ kind: 'accepted', receipt: { name: 'old' } });
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted', receipt: { name: 'new one' } });
  expect(await it.batches()).toHaveLength(2);
});

test('a file mended while it was being refused stays, and is accepted', async () => {
  await it.drop('a.json', '{}');
  const path = join(it.intake.inbox.dir, 'a.json');
  const before = (what: string) => {
    if (what === 'write a.json.receipt.json') writeFileSync(path, JSON.stringify(batchFile()));
  };
  expect(await it.take('a.json', { before })).toMatchObject({ kind: 'notReady' });
  expect(await it.files()).toEqual(['a.json']);
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted' });
});

test('links that point outside the inbox, or nowhere, are left alone', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'nightpass-outside-'));
  try {
    await writeFile(join(outside, 'a.json'), JSON.stringify(batchFile()));
    await symlink(join(outside, 'a.json'), join(it.intake.inbox.dir, 'a.json'));
    await symlink(join(outside, 'none.json'), join(it.intake.inbox.dir, 'none.json'));
    const reason = expect.stringContaining('points outside the inbox');
    expect(await it.take('a.json')).toEqual({ kind: 'notReady', reason });
    expect(await it.take('none.json')).toMatchObject({ kind: 'gone' });
    expect(await it.files()).toEqual(['a.json', 'none.json']);
    expect(await readFile(join(outside, 'a.json'), 'utf8')).not.toBe('');
  } finally {
    await rm(outside, { recursive: true });
  }
});

test('when Redis has no memory left the file stays, with the reason, and is taken once there is room', async () => {
  await it.drop('a.json', batchFile({ zones: 1200 }));
  await redis.config('SET', 'maxmemory', '1mb');
  try {
    const reason = expect.stringContaining('Redis has no memory left (maxmemory)');
    expect(await it.take('a.json')).toEqual({ kind: 'notReady', reason });
    expect(await it.files()).toContain('a.json');
  } finally {
    await redis.config('SET', 'maxmemory', '0');
  }
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted' });
  expect(await it.batches()).toMatchObject([{ tasks: 1200, grid: 1200 }]);
});

test('a batch that would fill Redis to its brim is not opened: the file stays, with what it needs and what there is', async () => {
  await it.drop('a.json', batchFile({ zones: 30_000 }));
  await redis.config('SET', 'maxmemory', '48mb');
  try {
    const reason = expect.stringMatching(/room for \d+ MiB more .* needs about \d+ MiB/);
    expect(await it.take('a.json')).toEqual({ kind: 'notReady', reason });
    expect(await it.batches()).toEqual([]);
    // What runs already still has room to write.
    expect(await redis.set('still', 'writable')).toBe('OK');
  } finally {
    await redis.config('SET', 'maxmemory', '0');
  }
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted' });
});

test('two producers that take the same file at the same moment open one batch, also of a file that is run again', async () => {
  for (let round = 0; round < 30; round++) {
    const world = await createTestInbox(redis);
    await world.drop('a.again.json', batchFile({ zones: 600 }));
    const kinds = (await Promise.all([world.take('a.again.json'), world.take('a.again.json')])).map(({ kind }) => kind);
    expect(kinds).toContain('accepted');
    expect(await world.batches()).toMatchObject([{ tasks: 600, grid: 600 }]);
    expect((await world.json('a.again.json.receipt.json')).outcome).toBe('accepted');
    expect(await world.files()).not.toContain('a.again.json');
    await world.remove();
  }
});

test('a name as long as the file system allows still gets its receipt', async () => {
  const name = `${'é'.repeat(125)}.json`;
  await it.drop(name, batchFile());
  expect(await it.take(name)).toMatchObject({ kind: 'accepted' });
  const wrong = `${'x'.repeat(250)}.json`;
  for (const _ of [1, 2]) {
    await it.drop(wrong, '{');
    expect(await it.take(wrong)).toMatchObject({ kind: 'rejected' });
  }
  const files = await it.files();
  expect(files.filter((file) => file.startsWith('rejected/'))).toHaveLength(4);
  expect(files.filter((file) => file.endsWith('.receipt.json'))).toHaveLength(3);
});

test('a file that goes on growing while it is read is left for later', async () => {
  await it.drop('a.json', batchFile());
  const path = join(it.intake.inbox.dir, 'a.json');
  const hget = redis.hget.bind(redis);
  const slow = new Proxy(redis, {
    get(target, name) {
      if (name !== 'hget') return Reflect.get(target, name);
      return async (...args: Parameters<typeof hget>) => {
        await appendFile(path, ' ');
        return hget(...args);
      };
    },
  });
  const ledger = { ...it.intake.ledger, redis: slow };
  expect(await it.take('a.json', { ledger })).toEqual({ kind: 'notReady', reason: 'it changed while it was read' });
  expect(await it.batches()).toEqual([]);
});
