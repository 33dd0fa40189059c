import { appendFile, mkdtemp, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBatches } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelBatch } from '../../../packages/engine/src/test-act.ts';
import { createReports } from './reports.ts';
import { batchFile, createTestProducers, exists, filesLeft, type TestProducers, until } from './test-producer.ts';

let server: TestRedis;
let it: TestProducers;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  it = await createTestProducers(server);
});
afterEach(() => it.stop());

test('a file that is dropped is taken, wherever in the inbox, and so is one that lay there before', async () => {
  await it.drop('before.json', batchFile('before'));
  await it.start();
  await it.drop('after.json', batchFile('after'));
  await it.drop('airbus/folder.json', batchFile('folder'));
  expect((await it.json('before.json.receipt.json')).outcome).toBe('accepted');
  expect((await it.json('after.json.receipt.json')).outcome).toBe('accepted');
  expect((await it.json('airbus/folder.json.receipt.json')).outcome).toBe('accepted');
  await until('all taken', async () => (await filesLeft(it.dir)).length === 0);
});

test('files are taken oldest first', async () => {
  for (const [i, name] of ['c', 'a', 'b'].entries()) {
    await it.drop(`${name}.json`, batchFile(name));
    await utimes(join(it.dir, `${name}.json`), new Date(), new Date(Date.now() - 60_000 + i * 1000));
  }
  await it.start();
  for (const name of ['a', 'b', 'c']) await it.json(`${name}.json.receipt.json`);
  await until('three', () => it.logged.filter(({ message }) => message === 'batch accepted').length === 3);
  expect(it.logged.flatMap(({ message, file }) => (message === 'batch accepted' ? file : []))).toEqual([
    'c.json',
    'a.json',
    'b.json',
  ]);
});

test('a file that is copied slowly is taken once it is whole, and never refused', async () => {
  const whole = JSON.stringify(batchFile('slow', 300));
  await it.start();
  await it.drop('slow.json', whole.slice(0, 1000));
  await it.untilLogged('file not whole yet', { file: 'slow.json' });
  await appendFile(join(it.dir, 'slow.json'), whole.slice(1000, 5000));
  await appendFile(join(it.dir, 'slow.json'), whole.slice(5000));
  expect((await it.json('slow.json.receipt.json')).tasks).toBe(300);
  expect(it.logged.filter(({ message }) => message === 'file rejected')).toEqual([]);
});

test('a file whose size a share reserves before its content comes is taken once it is whole', async () => {
  const whole = JSON.stringify(batchFile('reserved', 300));
  await it.start();
  const path = join(it.dir, 'reserved.json');
  await writeFile(path, '');
  await truncate(path, Buffer.byteLength(whole));
  await it.untilLogged('file not whole yet', { file: 'reserved.json' });
  await writeFile(path, whole, { flag: 'r+' });
  expect((await it.json('reserved.json.receipt.json')).tasks).toBe(300);
});

test('a file that stays cut short is refused in the end, and others do not wait for it', async () => {
  await it.start();
  await it.drop('cut.json', '{"processes": [');
  await it.untilLogged('file not whole yet', { file: 'cut.json' });
  await it.drop('good.json', batchFile('good'));
  await it.json('good.json.receipt.json');
  expect(await exists(join(it.dir, 'rejected/cut.json'))).toBe(false);
  expect((await it.json('rejected/cut.json.receipt.json')).outcome).toBe('rejected');
});

test('what is no finished batch file is left alone: unfinished names, our own answers, other kinds, links outside', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'nightpass-outside-'));
  try {
    await writeFile(join(outside, 'link.json'), JSON.stringify(batchFile('outside')));
    await symlink(join(outside, 'link.json'), join(it.dir, 'link.json'));
    await symlink(outside, join(it.dir, 'airbus'));
    const alone = ['a.json.part', 'a.json.tmp', '.a.json', 'a.json~', 'a.json.receipt.json', 'notes.txt', 'a.geojson'];
    for (const name of alone) await it.drop(name, batchFile(name));
    await it.start();
    await it.drop('good.json', batchFile('good'));
    await it.json('good.json.receipt.json');
    await it.untilLogged('file cannot be taken yet', { file: 'link.json' });

    // One more file and its turn, and nothing is told twice.
    await it.drop('later.json', batchFile('later'));
    await it.json('later.json.receipt.json');
    const told = it.logged.flatMap(({ message, file }) => (message === 'file left alone' ? [file] : []));
    expect(told.sort()).toEqual(['a.geojson', 'airbus', 'notes.txt']);
    for (const name of [...alone, 'link.json']) expect(await exists(join(it.dir, name))).toBe(true);
    expect((await it.batches()).map(({ file }) => file).sort()).toEqual(['good.json', 'later.json']);
  } finally {
    await rm(outside, { recursive: true });
  }
});

test('a file finished under another name and then renamed is taken at once', async () => {
  await it.start({ rescanMs: 600_000 });
  await it.untilLogged('inbox served here');
  await it.drop('a.json.part', batchFile('renamed'));
  await rename(join(it.dir, 'a.json.part'), join(it.dir, 'a.json'));
  expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');
});

test('two producers on one inbox take every file once, and one goes on when the other is closed', async () => {
  const first = await it.start();
  await it.untilLogged('inbox served here');
  await it.start();
  await it.untilLogged('inbox served by another producer, standing by');
  const names = Array.from({ length: 20 }, (_, i) => `batch-${i}${i % 2 ? '.again' : ''}`);
  const drop = (some: string[]) => Promise.all(some.map((name) => it.drop(`${name}.json`, batchFile(name))));
  await drop(names.slice(0, 10));
  await it.json('batch-0.json.receipt.json');
  const closing = first.close();
  await drop(names.slice(10));
  await closing;
  for (const name of names) expect((await it.json(`${name}.json.receipt.json`)).outcome).toBe('accepted');
  await until('all taken', async () => (await filesLeft(it.dir)).length === 0);
  expect((await it.batches()).map(({ file }) => file).sort()).toEqual(names.map((name) => `${name}.json`).sort());
});

test('while Redis is away files stay, and are taken when it is back', async () => {
  await it.start();
  await it.drop('before.json', batchFile('before'));
  await it.json('before.json.receipt.json');
  await server.kill9();
  await it.drop('during.json', batchFile('during', 1000));
  await server.restart();
  expect((await it.json('during.json.receipt.json')).outcome).toBe('accepted');
  expect(await it.batches()).toHaveLength(2);
});

test('while Redis has no memory left files stay, the reason is logged once, and they are taken when there is room', async () => {
  await it.start();
  await it.untilLogged('inbox served here');
  await it.ledger.redis.config('SET', 'maxmemory', '1mb');
  try {
    await it.drop('a.json', batchFile('a'));
    await until('told', () => it.logged.some((line) => /OOM|maxmemory/.test(`${line.reason}${line.err}`)));
    expect(await filesLeft(it.dir)).toEqual(['a.json']);
  } finally {
    await it.ledger.redis.config('SET', 'maxmemory', '0');
  }
  expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');
});

test('an inbox whose share is not mounted is told, nothing is made there, and files are taken when it is back', async () => {
  await it.start();
  await it.untilLogged('inbox served here');
  const away = `${it.dir}-away`;
  await rename(it.dir, away);
  await it.untilLogged('loop failed, trying again', { loop: 'take' });
  await writeFile(join(away, 'a.json'), JSON.stringify(batchFile('a')));
  expect(await exists(it.dir)).toBe(false);
  await rename(away, it.dir);
  expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');
});

test('when a batch ends its results are written beside its receipt', async () => {
  await it.start();
  await it.drop('a.json', batchFile('a', 5));
  await it.json('a.json.receipt.json');
  const [id] = await listBatches(it.ledger, { offset: 0, limit: 1 });
  if (!id) throw new Error('no batch');
  await cancelBatch(it.ledger, id, { reason: 'test' });
  const { results } = await it.json<{ results: unknown[] }>('a.json.result.json');
  expect(results).toHaveLength(5);
  expect((await it.json<{ features: unknown[] }>('a.json.result.geojson')).features).toHaveLength(5);
  await it.untilLogged('results written', { batch: id, file: 'a.json' });
});

test('its report stands beside them, where reports are wanted', async () => {
  await it.start({ reports: createReports(it.ledger, { at: '06:00', timeZone: 'Europe/Paris' }) });
  await it.drop('a.json', batchFile('a', 5));
  await it.json('a.json.receipt.json');
  const [id] = await listBatches(it.ledger, { offset: 0, limit: 1 });
  if (!id) throw new Error('no batch');
  await cancelBatch(it.ledger, id, { reason: 'test' });
  await it.untilLogged('results written', { batch: id, file: 'a.json' });
  const report = await readFile(join(it.dir, 'a.json.report.html'), 'utf8');
  expect(report).toContain('all 5 tasks cancelled');
  expect(report).toContain('Europe/Paris');
  expect(it.logged.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});

test('at the set hour the report of a batch that goes on stands beside its receipt', async () => {
  const reports = createReports(it.ledger, { at: '06:00', timeZone: 'Europe/Paris' });
  const first = await it.start({ reports });
  await it.drop('a.json', batchFile('a', 5));
  await it.json('a.json.receipt.json');
  const due = async () => (await it.ledger.redis.keys(`${it.ledger.keys.prefix}:inbox:*:reports-due`))[0];
  await until('the hour is set', async () => (await due()) !== undefined);
  await first.close();
  await it.ledger.redis.set((await due()) ?? '', JSON.stringify([Date.now(), '06:00', 'Europe/Paris']));
  await it.start({ reports });
  await it.untilLogged('report of the morning written', { file: 'a.json' });
  expect(await readFile(join(it.dir, 'a.json.report.html'), 'utf8')).toContain('Not over yet');
});
