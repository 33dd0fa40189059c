import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchId, type Phase, phaseByte, type TaskRef } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelBatch, redriveBatch } from '../test-act.ts';
import type { TaskResult } from './result-lines.ts';
import { writeDueResults } from './results.ts';
import { batchFile, createTestInbox, Killed, killedBefore, type TestInbox } from './test-inbox.ts';
import type { ReportWriter } from './write-report.ts';

interface ResultFile {
  batch: string;
  file: string;
  phases: Record<Phase, number>;
  results: TaskResult[];
}
interface ResultMap {
  type: string;
  batch: string;
  features: { type: string; properties: Record<string, unknown>; geometry: { type: string } }[];
}

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

async function take(file: string, content: unknown): Promise<BatchId> {
  await it.drop(file, content);
  const taken = await it.take(file);
  if (taken.kind !== 'accepted' && taken.kind !== 'known') throw new Error(JSON.stringify(taken));
  return taken.batch;
}

const end = (id: BatchId) => cancelBatch(it.intake.ledger, id, { reason: 'test' });

/** Makes one task what it would be after a night, with the counters. */
async function settle(
  ref: TaskRef,
  phase: Phase,
  zones: number,
  fields: Record<string, string | number> = { attempt: 1 },
) {
  const { keys } = it.intake.ledger;
  await redis.setrange(keys.grid(ref.batchId), ref.processIndex * zones + ref.zoneIndex, phaseByte[phase]);
  await redis.hincrby(keys.counts(ref.batchId), phaseByte.queued, -1);
  await redis.hincrby(keys.counts(ref.batchId), phaseByte[phase], 1);
  await redis.hset(keys.task(ref), fields);
}

async function writeAll(inbox = it.intake) {
  const troubles: unknown[] = [];
  const onTrouble = (_: unknown, error: unknown) => troubles.push(error);
  const written = await writeDueResults(inbox.ledger, inbox.inbox, { onTrouble, before: inbox.before ?? (() => {}) });
  for (const trouble of troubles) throw trouble;
  return written;
}

test('when a batch ends, every task and every zone is accounted for beside the receipt', async () => {
  const batchId = await take('a.json', batchFile({ processes: 2, zones: 3, name: 'Tonight' }));
  const launchedAt = Date.parse('2026-11-22T21:00:00Z');
  await settle({ batchId, processIndex: 0, zoneIndex: 0 }, 'succeeded', 3, {
    attempt: 1,
    launchedAt,
    endedAt: launchedAt + 60_000,
    remoteId: 'job-1',
    address: '/jobs/job-1',
    rule: 'succeeded',
  });
  await settle({ batchId, processIndex: 1, zoneIndex: 0 }, 'failed', 3, {
    attempt: 2,
    rule: 'refused',
    reason: 'no such image',
  });
  await end(batchId);

  expect(await writeAll()).toMatchObject([{ batch: batchId, file: 'a.json' }]);

  const list = await it.json<ResultFile>('a.json.result.json');
  expect(list).toMatchObject({ batch: batchId, file: 'a.json', name: 'Tonight', tasks: 6, zones: 3 });
  expect(list.phases).toMatchObject({ succeeded: 1, failed: 1, cancelled: 4, queued: 0 });
  expect(list.results).toHaveLength(6);
  expect(list.results[0]).toEqual({
    task: `${batchId}-0-0`,
    process: 0,
    processId: 'process-0',
    processName: 'Process 0',
    provider: 'airbus',
    zone: 0,
    zoneId: 0,
    location: 'Place 0',
    phase: 'succeeded',
    remoteJobId: 'job-1',
    attempts: 1,
    launchedAt: '2026-11-22T21:00:00.000Z',
    endedAt: '2026-11-22T21:01:00.000Z',
    rule: 'succeeded',
    reason: null,
    cost: null,
  });

  const map = await it.json<ResultMap>('a.json.result.geojson');
  expect(map).toMatchObject({ type: 'FeatureCollection', batch: batchId });
  expect(map.features).toHaveLength(3);
  expect(map.features[0]).toMatchObject({
    type: 'Feature',
    properties: {
      zone: 0,
      location: 'Place 0',
      outcome: 'failed',
      tasks: 2,
      succeeded: 1,
      p0_phase: 'succeeded',
      p0_job: 'job-1',
      p1_name: 'Process 1',
      p1_phase: 'failed',
      p1_reason: 'no such image',
    },
    geometry: { type: 'Polygon' },
  });
});

test('results are written once for each end: again after a redrive, and not before', async () => {
  const id = await take('a.json', batchFile({ zones: 2 }));
  expect(await writeAll()).toEqual([]);
  await end(id);
  expect(await writeAll()).toHaveLength(1);
  expect(await writeAll()).toEqual([]);

  await redriveBatch(it.intake.ledger, id, { phases: ['cancelled'], who: 'test' });
  expect(await writeAll()).toEqual([]);
  await settle({ batchId: id, processIndex: 0, zoneIndex: 0 }, 'succeeded', 2);
  await end(id);
  expect(await writeAll()).toHaveLength(1);
  expect((await it.json<ResultFile>('a.json.result.json')).phases).toMatchObject({ succeeded: 1, cancelled: 1 });
});

test('each file that was dropped with the content gets the results, also one dropped after the end', async () => {
  const id = await take('a.json', batchFile());
  await take('insula/b.json', batchFile());
  await end(id);
  expect(await writeAll()).toHaveLength(2);
  await take('c.json', batchFile());
  expect(await writeAll()).toMatchObject([{ file: 'c.json' }]);
  expect((await it.files()).filter((file) => file.endsWith('.result.json'))).toEqual([
    'a.json.result.json',
    'c.json.result.json',
    'insula/b.json.result.json',
  ]);
});

test('results beside a receipt are of the batch it tells of, and those of an earlier batch of that name are kept', async () => {
  const first = await take('a.json', batchFile({ name: 'first' }));
  await end(first);
  await writeAll();
  const second = await take('a.json', batchFile({ name: 'second' }));
  expect((await it.files()).filter((file) => file.includes('result'))).toEqual([
    `a.json.${first}.result.geojson`,
    `a.json.${first}.result.json`,
  ]);
  await end(second);
  await writeAll();
  expect((await it.json<ResultFile>('a.json.result.json')).batch).toBe(second);

  await redriveBatch(it.intake.ledger, first, { phases: ['cancelled'], who: 'test' });
  await end(first);
  await writeAll();
  expect((await it.json<ResultFile>('a.json.result.json')).batch).toBe(second);
  expect((await it.json<ResultFile>(`a.json.${first}.result.json`)).batch).toBe(first);
});

test('each of two inboxes on one Redis gets the results of what was dropped there', async () => {
  const other = await createTestInbox(redis);
  const elsewhere = { ...other.intake, ledger: it.intake.ledger };
  await other.drop('b.json', batchFile());
  await other.take('b.json', { ledger: it.intake.ledger });
  const id = await take('a.json', batchFile());
  await end(id);

  expect(await writeAll(elsewhere)).toMatchObject([{ file: 'b.json' }]);
  expect(await writeAll()).toMatchObject([{ file: 'a.json' }]);
  expect(await it.files()).toContain('a.json.result.json');
  expect(await other.files()).toContain('b.json.result.json');
  await other.remove();
});

test('killed before any effect of writing results: the next turn writes them whole', async () => {
  for (let nth = 1, killed = true; killed; nth++) {
    const world = await createTestInbox(redis);
    await world.drop('a.json', batchFile({ zones: 3 }));
    await world.take('a.json');
    const { ledger, inbox } = world.intake;
    const [batch] = await world.batches();
    await cancelBatch(ledger, batch?.id as BatchId, { reason: 'test' });
    killed = false;
    const told = (_: unknown, error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      killed = true;
    };
    const dying = killedBefore(world.intake, nth);
    await writeDueResults(dying.ledger, inbox, { before: dying.before ?? (() => {}), onTrouble: told }).catch((error) =>
      told(undefined, error),
    );

    const half = await world.files();
    if (half.includes('a.json.result.json')) expect(half).toContain('a.json.result.geojson');
    await writeDueResults(ledger, inbox, { onTrouble: (_, error) => expect.fail(String(error)) });
    const files = (await world.files()).filter((file) => file.includes('result'));
    expect(files).toEqual(['a.json.result.geojson', 'a.json.result.json']);
    expect((await world.json<ResultFile>('a.json.result.json')).results).toHaveLength(3);
    await world.remove();
  }
});

test('a task of each of a thousand zones stands in the results, zone by zone, in both files', async () => {
  const id = await take('a.json', batchFile({ processes: 3, zones: 1001 }));
  await end(id);
  await writeAll();
  const { results } = await it.json<ResultFile>('a.json.result.json');
  expect(results.map(({ task }) => task)).toEqual(
    Array.from({ length: 3003 }, (_, i) => `${id}-${i % 3}-${Math.floor(i / 3)}`),
  );
  const text = await readFile(join(it.intake.inbox.dir, 'a.json.result.geojson'), 'utf8');
  expect((JSON.parse(text) as ResultMap).features.map(({ properties }) => properties.location)).toEqual(
    Array.from({ length: 1001 }, (_, i) => `Place ${i}`),
  );
});

const shortReport: ReportWriter = async (batch, out) => out.write(`<!doctype html>{"batch":"${batch}"} `);
const reported = async (
  report: ReportWriter,
  onTrouble: (due: unknown, error: unknown) => void = () => expect.fail(),
) => writeDueResults(it.intake.ledger, it.intake.inbox, { report, onTrouble });

test('the report stands beside the results, is written anew after a redrive, and one of an earlier batch of that name is kept', async () => {
  const first = await take('a.json', batchFile({ name: 'first' }));
  await end(first);
  expect(await reported(shortReport)).toHaveLength(1);
  const path = join(it.intake.inbox.dir, 'a.json.report.html');
  expect(await readFile(path, 'utf8')).toContain(first);

  await redriveBatch(it.intake.ledger, first, { phases: ['cancelled'], who: 'test' });
  await end(first);
  await reported(async (batch, out) => out.write(`{"batch":"${batch}"} once more`));
  expect(await readFile(path, 'utf8')).toContain('once more');

  const second = await take('a.json', batchFile({ name: 'second' }));
  expect(await it.files()).toContain(`a.json.${first}.report.html`);
  await end(second);
  await reported(shortReport);
  expect(await readFile(path, 'utf8')).toContain(second);
});

test('a report that cannot be made does not keep the results back, and is not tried for ever', async () => {
  const id = await take('a.json', batchFile());
  await end(id);
  const troubles: unknown[] = [];
  const fails = async () => Promise.reject(new Error('a bug'));
  expect(await reported(fails, (_, error) => troubles.push(error))).toMatchObject([{ batch: id }]);
  expect(troubles).toMatchObject([{ message: 'a bug' }]);
  expect(await it.files()).toContain('a.json.result.json');
  expect((await it.files()).filter((file) => /report|tmp/.test(file))).toEqual([]);
  expect(await reported(shortReport)).toEqual([]);
});

test('killed before any effect of writing results and report: the next turn writes all three whole', async () => {
  for (let nth = 1, killed = true; killed; nth++) {
    const world = await createTestInbox(redis);
    await world.drop('a.json', batchFile());
    await world.take('a.json');
    const { ledger, inbox } = world.intake;
    const [batch] = await world.batches();
    await cancelBatch(ledger, batch?.id as BatchId, { reason: 'test' });
    killed = false;
    const told = (_: unknown, error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      killed = true;
    };
    const dying = killedBefore(world.intake, nth);
    const before = dying.before ?? (() => {});
    await writeDueResults(dying.ledger, inbox, { report: shortReport, before, onTrouble: told }).catch((error) =>
      told(undefined, error),
    );
    await writeDueResults(ledger, inbox, { report: shortReport, onTrouble: (_, error) => expect.fail(String(error)) });
    expect((await world.files()).filter((file) => /result|report/.test(file))).toEqual([
      'a.json.report.html',
      'a.json.result.geojson',
      'a.json.result.json',
    ]);
    await world.remove();
  }
});
