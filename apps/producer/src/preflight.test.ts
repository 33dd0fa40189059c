import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProducerOptions } from './producer.ts';
import { batchFile, createTestProducers, exists, type TestProducers, until } from './test-producer.ts';

/** What the producer does with files whose platforms are asked first. */

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

const waits = { kind: 'wait', because: 'platform', reason: 'airbus: nobody there', againInMs: 100 } as const;

/** Keeps files of these names waiting, as long as they are in the set. */
const keeping = (names: Set<string>): Pick<ProducerOptions, 'preflight'> => ({
  preflight: async ({ content }) => (names.has(content.name ?? '') ? waits : { kind: 'fits' }),
});

test('a file that waits for its platform holds up no other, is told once, and is taken when the platform is back', async () => {
  const away = new Set(['a']);
  await it.start(keeping(away));
  await it.drop('a.json', batchFile('a'));
  await it.untilThere('a.json.waiting.json');
  await it.drop('b.json', batchFile('b'));
  expect((await it.json('b.json.receipt.json')).outcome).toBe('accepted');
  expect(await it.batches()).toEqual([{ file: 'b.json', tasks: 1 }]);
  away.clear();
  expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');
  await until('the note is gone', async () => !(await exists(join(it.dir, 'a.json.waiting.json'))));
  const told = it.logged.filter(({ message }) => message === 'file waits: its platform cannot be asked');
  expect(told).toMatchObject([{ level: 'warn', file: 'a.json', reason: 'airbus: nobody there' }]);
  expect(it.logged.some(({ message }) => message === 'file left alone')).toBe(false);
});

test('a file that is taken away while it waits leaves no note behind', async () => {
  await it.start(keeping(new Set(['a'])));
  await it.drop('airbus/a.json', batchFile('a'));
  await it.untilThere('airbus/a.json.waiting.json');
  await rm(join(it.dir, 'airbus/a.json'));
  await until('the note is gone', async () => !(await exists(join(it.dir, 'airbus/a.json.waiting.json'))));
  expect(await it.batches()).toEqual([]);
});

test('a producer that dies while a file waits leaves it to the next', async () => {
  const away = new Set(['a']);
  const first = await it.start(keeping(away));
  await it.drop('a.json', batchFile('a'));
  await it.untilThere('a.json.waiting.json');
  await first.close();
  await it.start(keeping(new Set()));
  expect((await it.json('a.json.receipt.json')).outcome).toBe('accepted');
  await until('the note is gone', async () => !(await exists(join(it.dir, 'a.json.waiting.json'))));
});
