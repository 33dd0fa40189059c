import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { takeFile } from './take-file.ts';
import { batchFile, createTestInbox, type TestInbox } from './test-inbox.ts';

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

test('a good file becomes a batch, is kept under its id, and its receipt lies where it was dropped', async () => {
  const content = batchFile({ processes: 2, zones: 3, name: 'Harbours tonight' });
  await it.drop('harbours.json', content);

  const taken = await it.take('harbours.json');

  const [batch] = await it.batches();
  expect(taken).toMatchObject({ kind: 'accepted', batch: batch?.id });
  expect(batch).toMatchObject({ file: 'harbours.json', tasks: 6, grid: 6, queued: 6 });
  expect(await it.files()).toEqual([`accepted/${batch?.id}.json`, 'harbours.json.receipt.json']);
  expect(await it.json(`accepted/${batch?.id}.json`)).toEqual(content);
  expect(await it.json('harbours.json.receipt.json')).toEqual({
    nightpass: 1,
    outcome: 'accepted',
    batch: batch?.id,
    name: 'Harbours tonight',
    file: 'harbours.json',
    keptAs: `accepted/${batch?.id}.json`,
    takenAt: expect.stringMatching(/^20\d\d-.*Z$/),
    tasks: 6,
    processes: 2,
    zones: 3,
    new: 6,
    alreadyKnown: 0,
    phases: null,
    providers: [
      { process: 'process-0', name: 'Process 0', provider: 'airbus' },
      { process: 'process-1', name: 'Process 1', provider: 'airbus' },
    ],
    faults: [],
    faultCount: 0,
    note: expect.stringContaining('6 tasks will be launched'),
  });
});

test('a refused file moves to rejected with a receipt that names each fault and its place, and opens no batch', async () => {
  await it.drop('wrong.json', '{\n  "processes": [],\n  "zones": []\n}\n');

  expect(await it.take('wrong.json')).toMatchObject({ kind: 'rejected' });

  expect(await it.files()).toEqual(['rejected/wrong.json', 'rejected/wrong.json.receipt.json']);
  expect(await it.json('rejected/wrong.json.receipt.json')).toMatchObject({
    outcome: 'rejected',
    batch: null,
    file: 'wrong.json',
    keptAs: 'rejected/wrong.json',
    faultCount: 2,
    faults: [
      {
        line: 2,
        column: 16,
        path: 'processes',
        message: expect.stringContaining('line 2, column 16, processes: found'),
      },
      { line: 3, column: 12, path: 'zones' },
    ],
  });
  expect(await it.batches()).toEqual([]);
});

test('a second refused file of the same name does not replace the first', async () => {
  for (const content of ['{', '[]', '{}']) {
    await it.drop('wrong.json', content);
    await it.take('wrong.json');
  }
  expect(await it.files()).toEqual(
    ['wrong-2.json', 'wrong-3.json', 'wrong.json'].flatMap((name) => [
      `rejected/${name}`,
      `rejected/${name}.receipt.json`,
    ]),
  );
  expect(await it.json('rejected/wrong-3.json.receipt.json')).toMatchObject({
    file: 'wrong.json',
    keptAs: 'rejected/wrong-3.json',
  });
});

test('the same file again, the same content under another name or in another layout: known, and nothing is opened', async () => {
  const content = batchFile({ zones: 2 });
  await it.drop('a.json', content);
  await it.take('a.json');
  const [batch] = await it.batches();

  await it.drop('a.json', content);
  expect(await it.take('a.json')).toMatchObject({ kind: 'known', batch: batch?.id });
  await it.drop('b.json', `\uFEFF${JSON.stringify(content, null, 4)}`);
  expect(await it.take('b.json')).toMatchObject({ kind: 'known', batch: batch?.id });
  const { processes, zones } = content;
  await it.drop('c.json', { zones, processes });
  expect(await it.take('c.json')).toMatchObject({ kind: 'known', batch: batch?.id });

  expect(await it.batches()).toEqual([batch]);
  expect(await it.json('b.json.receipt.json')).toMatchObject({
    outcome: 'known',
    batch: batch?.id,
    new: 0,
    alreadyKnown: 2,
    phases: { queued: 2, succeeded: 0 },
    note: expect.stringMatching(/^Nothing new is launched: .* accepted as a\.json/),
  });
  expect(await it.files()).toEqual([
    'a.json.receipt.json',
    `accepted/${batch?.id}.json`,
    'b.json.receipt.json',
    'c.json.receipt.json',
  ]);
});

test('a file named .again.json is a new batch of the same content, each time it is dropped', async () => {
  await it.drop('a.json', batchFile());
  await it.take('a.json');
  for (const _ of [1, 2]) {
    await it.drop('a.again.json', batchFile());
    expect(await it.take('a.again.json')).toMatchObject({ kind: 'accepted' });
  }
  const batches = await it.batches();
  expect(new Set(batches.map(({ id }) => id)).size).toBe(3);
});

test('the provider is the process’s own, else the file’s, else the sub-folder’s, else the default', async () => {
  const providersOf = async (file: string, content: Record<string, unknown>) => {
    await it.drop(file, content);
    await it.take(file);
    return (await it.json(`${file}.receipt.json`)).providers.map(({ provider }) => provider);
  };
  const own = batchFile({ processes: 2, name: '1' });
  (own.processes as Record<string, unknown>[])[1] = { ...(own.processes as object[])[1], provider: 'insula' };

  expect(await providersOf('own.json', own)).toEqual(['airbus', 'insula']);
  expect(await providersOf('insula/file.json', batchFile({ name: '2', provider: 'airbus' }))).toEqual(['airbus']);
  expect(await providersOf('insula/folder.json', batchFile({ name: '3' }))).toEqual(['insula']);
  expect(await providersOf('default.json', batchFile({ name: '4' }))).toEqual(['airbus']);
});

test('a provider that is not configured is a fault, with its place and the names there are', async () => {
  const file = batchFile({ processes: 2 });
  (file.processes as Record<string, unknown>[])[1] = { ...(file.processes as object[])[1], provider: 'insola' };
  await it.drop('a.json', JSON.stringify(file, null, 2));
  await it.take('a.json');
  const { faults } = await it.json('rejected/a.json.receipt.json');
  expect(faults).toMatchObject([
    {
      line: 14,
      column: 19,
      path: 'processes[1].provider',
      found: 'the string "insola"',
      expected: 'a configured provider: airbus, insula',
    },
  ]);
});

test('where no provider is named and there is no default, the file is refused', async () => {
  await it.drop('a.json', batchFile());
  await it.take('a.json', { providers: { known: ['airbus', 'insula'], default: undefined } });
  const { faults } = await it.json('rejected/a.json.receipt.json');
  expect(faults).toMatchObject([{ path: 'provider', expected: 'a configured provider: airbus, insula' }]);
});

test('a file in a folder that is no provider’s is refused, and the receipt names the folders there may be', async () => {
  await it.drop('airbsu/a.json', batchFile());
  await it.take('airbsu/a.json');
  expect(await it.json('rejected/a.json.receipt.json')).toMatchObject({
    file: 'airbsu/a.json',
    faults: [{ found: 'a file in the folder "airbsu"', expected: expect.stringContaining('airbus, insula') }],
  });
});

test('a deadline that has passed is a fault, but a batch that is open by now stays known', async () => {
  await it.drop('late.json', batchFile({ deadline: '2026-11-21T06:00:00Z' }));
  await it.take('late.json');
  expect((await it.json('rejected/late.json.receipt.json')).faults).toMatchObject([{ line: 1, path: 'deadline' }]);

  const content = batchFile({ deadline: '2027-01-01T06:00:00Z' });
  await it.drop('a.json', content);
  await it.take('a.json');
  await it.drop('a.json', content);
  const drop = { file: 'a.json', unchangedForMs: 60_000, nowMs: Date.parse('2027-02-01') };
  expect(await takeFile(it.intake, drop)).toMatchObject({ kind: 'known' });
});

test('a file whose batch the ledger has lost is not opened anew: it waits for a recovery', async () => {
  const content = batchFile({ zones: 3 });
  await it.drop('a.json', content);
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted' });
  const own = await redis.keys(`${it.intake.ledger.keys.prefix}:*`);
  await redis.del(...own);

  await it.drop('a.json', content);
  const reason = expect.stringContaining('nightpass recover');
  expect(await it.take('a.json')).toEqual({ kind: 'notReady', reason });
  expect(await it.batches()).toEqual([]);
  expect(await it.files()).toContain('a.json');
});
