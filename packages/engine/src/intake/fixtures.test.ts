import { readdirSync, readFileSync } from 'node:fs';
import { filledInputs, filledProcessGraph, readBatch, taskIdOf } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTaskContent } from '../ledger/batches.ts';
import { createTestInbox, type TestInbox } from './test-inbox.ts';

/** Every batch file of the fixtures, dropped into an inbox. */

const fixtures = new URL('../../../core/fixtures/batches/', import.meta.url);
/** Files with inputs name the third. */
const providers = {
  known: ['airbus', 'insula', 'openeo'],
  default: 'airbus',
  takes: { openeo: 'inputs-or-graph' },
} as const;
const namesIn = (folder: string) => readdirSync(new URL(folder, fixtures)).filter((name) => name.endsWith('.json'));

let server: TestRedis;
let it: TestInbox;
beforeAll(async () => {
  server = await startTestRedis();
  it = await createTestInbox(server.client());
});
afterAll(async () => {
  await it.remove();
  await server.stop();
});

test.each(namesIn('valid/'))('valid/%s is accepted, or known where another has the same content', async (name) => {
  await it.drop(name, readFileSync(new URL(`valid/${name}`, fixtures)));
  const taken = await it.take(name, { providers });
  expect(['accepted', 'known']).toContain(taken.kind);
  expect((await it.json(`${name}.receipt.json`)).tasks).toBeGreaterThan(0);
  expect(await it.files()).not.toContain(name);
});

test.each(['inputs-with-placeholders', 'process-graph-and-no-images'])(
  'valid/%s: a task that comes back from the ledger has the inputs that the file gives it',
  async (name) => {
    const file = readFileSync(new URL(`valid/${name}.json`, fixtures));
    await it.drop('again.json', file);
    const taken = await it.take('again.json', { providers });
    const reading = readBatch(file);
    if (!('batch' in taken) || !reading.ok) throw new Error('it was refused');
    const zoneIndex = reading.batch.zones.length - 1;
    const ref = { batchId: taken.batch, processIndex: 0, zoneIndex };
    const [process, zone] = [reading.batch.processes[0], reading.batch.zones[zoneIndex]];
    const kept = await readTaskContent(it.intake.ledger, ref);
    if (!process || !zone || !kept) throw new Error('the task is gone');
    const task = { ...ref, id: taskIdOf(ref), process, zone };
    expect([filledInputs(kept), filledProcessGraph(kept)]).toEqual([filledInputs(task), filledProcessGraph(task)]);
    expect(JSON.stringify(filledProcessGraph(kept) ?? filledInputs(kept))).toContain('2027-03-01');
  },
);

test.each(namesIn('invalid/'))(
  'invalid/%s is refused with the place of its fault, and opens no batch',
  async (name) => {
    const before = await it.batches();
    await it.drop(name, readFileSync(new URL(`invalid/${name}`, fixtures)));
    expect(await it.take(name)).toMatchObject({ kind: 'rejected' });
    const { faults, faultCount, batch } = await it.json(`rejected/${name}.receipt.json`);
    expect({ faultCount, batch }).toEqual({ faultCount: 1, batch: null });
    expect(faults[0]).toMatchObject({
      line: expect.any(Number),
      column: expect.any(Number),
      message: expect.any(String),
    });
    expect(await it.batches()).toEqual(before);
  },
);
