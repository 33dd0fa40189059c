import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ledgerNow } from '../ledger/reading.ts';
import { cancelBatch } from '../test-act.ts';
import { intakeKeys } from './intake-keys.ts';
import { writeMorningReports } from './morning-reports.ts';
import { batchFile, createTestInbox, type TestInbox } from './test-inbox.ts';
import type { ReportWriter } from './write-report.ts';

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

const six = { at: '06:00', timeZone: 'Europe/Paris' };
const write: ReportWriter = async (batch, out) => out.write(`{"batch":"${batch}"}`);
const fail = (_: unknown, error: unknown) => expect.fail(String(error));

const turn = (writer = write, onTrouble: (drop: unknown, error: unknown) => void = fail, hour = six) =>
  writeMorningReports(it.intake.ledger, it.intake.inbox, hour, writer, { onTrouble });

async function take(file: string, content: unknown): Promise<BatchId> {
  await it.drop(file, content);
  const taken = await it.take(file);
  if (taken.kind !== 'accepted') throw new Error(JSON.stringify(taken));
  return taken.batch;
}

/** As if the hour had just come: all that is there was accepted before. */
async function hourComes(hour = six): Promise<void> {
  const nowMs = await ledgerNow(it.intake.ledger);
  const due = JSON.stringify([nowMs + 1, hour.at, hour.timeZone]);
  await redis.set(intakeKeys(it.intake.ledger).inbox(it.intake.inbox.id).reportsDue, due);
  while ((await ledgerNow(it.intake.ledger)) < nowMs + 1) await new Promise((resolve) => setImmediate(resolve));
}

test('at the set hour each open batch gets its report, once; what has ended has its own', async () => {
  const open = await take('open.json', batchFile({ name: 'open' }));
  const over = await take('insula/over.json', batchFile({ name: 'over' }));
  await cancelBatch(it.intake.ledger, over, { reason: 'test' });
  expect(await turn()).toEqual([]);
  await hourComes();
  expect(await turn()).toEqual([{ batch: open, file: 'open.json' }]);
  expect(await turn()).toEqual([]);
  expect(await readFile(join(it.intake.inbox.dir, 'open.json.report.html'), 'utf8')).toContain(open);
  expect((await it.files()).filter((file) => file.endsWith('.report.html'))).toEqual(['open.json.report.html']);
});

test('an hour that was just set, or set to another, begins with its next coming', async () => {
  await take('a.json', batchFile());
  expect(await turn()).toEqual([]);
  await hourComes();
  expect(await turn(write, fail, { at: '07:00', timeZone: 'Europe/Paris' })).toEqual([]);
  const key = intakeKeys(it.intake.ledger).inbox(it.intake.inbox.id).reportsDue;
  const [ms] = JSON.parse((await redis.get(key)) ?? '[]') as [number];
  const nowMs = await ledgerNow(it.intake.ledger);
  expect(ms).toBeGreaterThan(nowMs);
  expect(ms).toBeLessThanOrEqual(nowMs + 25 * 3_600_000);
});

test('a batch that was accepted after the hour waits for the next morning', async () => {
  await turn();
  await hourComes();
  await take('late.json', batchFile());
  expect(await turn()).toEqual([]);
});

test('where the disk is full it is tried again; what cannot be made is told, and the others are written', async () => {
  const [a, b] = [await take('a.json', batchFile({ name: 'a' })), await take('b.json', batchFile({ name: 'b' }))];
  await turn();
  await hourComes();
  const troubles: unknown[] = [];
  const full: ReportWriter = async (batch, out) => {
    if (batch === a) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await write(batch, out, undefined);
  };
  expect(await turn(full, (_, error) => troubles.push(error))).toEqual([{ batch: b, file: 'b.json' }]);
  expect(troubles).toHaveLength(1);
  expect(await turn()).toHaveLength(2);

  await hourComes();
  const broken: ReportWriter = async () => Promise.reject(new Error('a bug'));
  expect(await turn(broken, (_, error) => troubles.push(error))).toEqual([]);
  expect(troubles).toHaveLength(3);
  expect(await turn()).toEqual([]);
});
