import { readdirSync, readFileSync } from 'node:fs';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestInbox, type TestInbox } from './test-inbox.ts';

/** Every batch file of the fixtures, dropped into an inbox. */

const fixtures = new URL('../../../core/fixtures/batches/', import.meta.url);
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
  const taken = await it.take(name);
  expect(['accepted', 'known']).toContain(taken.kind);
  expect((await it.json(`${name}.receipt.json`)).tasks).toBeGreaterThan(0);
  expect(await it.files()).not.toContain(name);
});

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
