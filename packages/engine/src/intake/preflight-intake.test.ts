import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PreflightVerdict } from './preflight/asking.ts';
import type { Intake } from './take-file.ts';
import { batchFile, createTestInbox, type TestInbox } from './test-inbox.ts';
import { removeStaleNotes } from './waiting-note.ts';

/** Files whose platforms are asked before they are taken. */

let server: TestRedis;
let redis: Redis;
let it: TestInbox;
let asked = 0;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
afterAll(() => server.stop());
beforeEach(async () => {
  it = await createTestInbox(redis);
  asked = 0;
});
afterEach(() => it.remove());

const asking = (verdict: PreflightVerdict): Pick<Intake, 'preflight'> => ({
  preflight: async () => {
    asked += 1;
    return verdict;
  },
});
const away: PreflightVerdict = { kind: 'wait', because: 'platform', reason: 'airbus: nobody there', againInMs: 60_000 };
const fault = {
  line: 3,
  column: 13,
  path: 'processes[0].id',
  found: 'the string "p"',
  expected: 'what airbus takes: another',
};
const note = 'a.json.waiting.json';

test('a file that its platform takes is accepted', async () => {
  await it.drop('a.json', batchFile());
  expect(await it.take('a.json', asking({ kind: 'fits' }))).toMatchObject({ kind: 'accepted' });
  expect(await it.files()).toHaveLength(2);
});

test('a file that its platform would not take is rejected, with places, and opens no batch', async () => {
  await it.drop('a.json', batchFile());
  const verdict: PreflightVerdict = { kind: 'faults', faults: [fault], faultCount: 7 };
  expect(await it.take('a.json', asking(verdict))).toMatchObject({ kind: 'rejected' });
  expect(await it.json('rejected/a.json.receipt.json')).toMatchObject({
    outcome: 'rejected',
    faultCount: 7,
    faults: [{ ...fault, message: expect.stringContaining('line 3, column 13, processes[0].id: found') }],
  });
  expect(await it.batches()).toEqual([]);
  expect(await redis.exists(`${it.intake.ledger.keys.prefix}:inbox:${it.intake.inbox.id}:taking`)).toBe(0);
  // Mended, it is as any other.
  await it.drop('a.json', batchFile());
  expect(await it.take('a.json', asking({ kind: 'fits' }))).toMatchObject({ kind: 'accepted' });
});

test('while its platform cannot be asked a file waits, a note beside it says why, and the note goes with the wait', async () => {
  await it.drop('a.json', batchFile());
  expect(await it.take('a.json', asking(away))).toEqual({ ...away, kind: 'waiting' });
  expect(await it.json(note)).toEqual({
    nightpass: 1,
    outcome: 'waiting',
    file: 'a.json',
    since: '2026-11-22T20:00:00.000Z',
    reason: 'airbus: nobody there',
    note: expect.stringContaining('Nothing of it was launched'),
  });
  expect(await it.files()).toEqual(['a.json', note]);
  expect(await it.batches()).toEqual([]);

  expect(await it.take('a.json', asking({ ...away, reason: 'airbus: it is held' }))).toMatchObject({ kind: 'waiting' });
  expect(await it.json(note)).toMatchObject({ reason: 'airbus: it is held' });

  expect(await it.take('a.json', asking({ kind: 'fits' }))).toMatchObject({ kind: 'accepted' });
  expect(await it.files()).not.toContain(note);
});

test('while answers are on their way nothing is written', async () => {
  await it.drop('airbus/a.json', batchFile());
  const waits = { ...away, because: 'asking' } as const;
  expect(await it.take('airbus/a.json', asking(waits))).toMatchObject({ kind: 'waiting', because: 'asking' });
  expect(await it.files()).toEqual(['airbus/a.json']);
});

test('a batch that is known already is not asked about, nor is a file with faults of its own', async () => {
  await it.drop('a.json', batchFile());
  await it.take('a.json', asking({ kind: 'fits' }));
  await it.drop('b.json', batchFile());
  expect(await it.take('b.json', asking(away))).toMatchObject({ kind: 'known' });
  await it.drop('c.json', '{}');
  expect(await it.take('c.json', asking(away))).toMatchObject({ kind: 'rejected' });
  expect(asked).toBe(1);
});

test('a file that is run again on purpose is asked about, and keeps its batch while it waits', async () => {
  await it.drop('a.again.json', batchFile());
  await it.take('a.again.json', asking(away));
  await it.take('a.again.json', asking(away));
  expect(await it.take('a.again.json', asking({ kind: 'fits' }))).toMatchObject({ kind: 'accepted' });
  expect(await it.batches()).toHaveLength(1);
});

test('a note whose file was taken away is removed; what somebody else named so stays', async () => {
  await it.drop('a.json', batchFile());
  await it.take('a.json', asking(away));
  await it.drop('b.json', batchFile({ name: 'b' }));
  await it.take('b.json', asking(away));
  await writeFile(join(it.intake.inbox.dir, 'mine.json.waiting.json'), '{"file": "gone.json"}');
  const isThere = async (file: string) => file === 'b.json';
  const notes = [note, 'b.json.waiting.json', 'mine.json.waiting.json', 'none.json.waiting.json'];
  await removeStaleNotes(it.intake.inbox, notes, isThere);
  expect(await it.files()).toEqual(['a.json', 'b.json', 'b.json.waiting.json', 'mine.json.waiting.json']);
});

test('without a preflight nothing is asked', async () => {
  await it.drop('a.json', batchFile());
  expect(await it.take('a.json')).toMatchObject({ kind: 'accepted' });
  expect(asked).toBe(0);
});
