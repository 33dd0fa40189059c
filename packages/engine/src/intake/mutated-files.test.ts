import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutatedBatch } from '../../../core/src/test-mutations.ts';
import { listBatches, readBatch } from '../ledger/batches.ts';
import { createTestInbox, type TestInbox } from './test-inbox.ts';

/** Four hundred spoilt files, each dropped into a real inbox. The seed of each is its number. */

const files = 400;

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

test('of 400 spoilt files each is answered: refused with place and reason and no batch, or accepted with exactly one', async () => {
  const seen = { accepted: 0, known: 0, rejected: 0 };
  const openIds = () => listBatches(it.intake.ledger, { offset: 0, limit: 1000 });
  let open = new Set<string>();
  for (let seed = 50_000; seed < 50_000 + files; seed++) {
    const name = `${seed}.json`;
    await it.drop(name, mutatedBatch(seed).file);
    const taken = await it.take(name);
    const now = new Set<string>(await openIds());
    const opened = [...now].filter((id) => !open.has(id));
    const inbox = await readdir(it.intake.inbox.dir);
    if (taken.kind !== 'accepted' && taken.kind !== 'known' && taken.kind !== 'rejected') {
      throw new Error(`${seed}: ${JSON.stringify(taken)}`);
    }
    seen[taken.kind] += 1;
    expect([seed, inbox.includes(name)]).toEqual([seed, false]);
    if (taken.kind === 'rejected') {
      expect([seed, opened]).toEqual([seed, []]);
      const receipt = await it.json(`rejected/${name}.receipt.json`);
      const { outcome, batch, tasks, faults, faultCount, note } = receipt;
      expect({ seed, outcome, batch, tasks }).toEqual({ seed, outcome: 'rejected', batch: null, tasks: 0 });
      expect(note).toContain('Nothing was launched');
      expect([seed, faultCount >= faults.length && faults.length > 0]).toEqual([seed, true]);
      for (const { line, column, found, expected, message } of faults) {
        expect([seed, line >= 1 && column >= 1 && found !== '' && expected !== '']).toEqual([seed, true]);
        expect(message).toContain(`line ${line}, column ${column}`);
      }
      await access(join(it.intake.inbox.rejectedDir, name));
      continue;
    }
    const receipt = await it.json(`${name}.receipt.json`);
    expect([seed, opened]).toEqual([seed, taken.kind === 'accepted' ? [taken.batch] : []]);
    const record = await readBatch(it.intake.ledger, taken.batch);
    expect([seed, record?.taskCount]).toEqual([seed, receipt.processes * receipt.zones]);
    expect([seed, receipt.batch]).toEqual([seed, taken.batch]);
    await access(join(it.intake.inbox.acceptedDir, `${taken.batch}.json`));
    await rm(join(it.intake.inbox.dir, `${name}.receipt.json`));
    open = now;
  }
  for (const { tasks, grid, queued } of await it.batches()) expect([grid, queued]).toEqual([tasks, tasks]);
  // Each outcome, or the mutators are not worth their name.
  expect(Math.min(seen.accepted, seen.known, seen.rejected)).toBeGreaterThan(10);
}, 120_000);
