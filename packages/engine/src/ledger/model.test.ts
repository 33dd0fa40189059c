import { randomBytes } from 'node:crypto';
import type { BatchContent, BatchId } from '@nightpass/core';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, test } from 'vitest';
import { provider } from '../test-ledger.ts';
import { openBatch } from './batches.ts';
import { createKeys } from './keys.ts';
import { Model, processCount, zoneCount } from './test-model.ts';
import { commands, type Real } from './test-model-commands.ts';

let redis: TestRedis;
let client: Redis;
beforeAll(async () => {
  redis = await startTestRedis();
  client = redis.client();
});
afterAll(() => redis.stop());

const content = {
  name: undefined,
  provider: undefined,
  priority: 0,
  deadlineMs: undefined,
  processes: Array.from({ length: processCount }, (_, i) => ({ id: `p${i}`, name: '', datasetId: '', projectId: '' })),
  zones: Array.from({ length: zoneCount }, (_, i) => ({ id: i })),
} as unknown as BatchContent;

/** A ledger with one small batch, under a prefix of its own. */
async function emptyLedger(): Promise<Real> {
  const ledger = { redis: client, keys: createKeys(`m${randomBytes(5).toString('hex')}`) };
  const id = 'b0123456789ab' as BatchId;
  const providers = content.processes.map(() => provider);
  await openBatch(ledger, { id, content, contentHash: id, file: 'model.json', providers });
  return { ledger, id, claims: [] };
}

/** A failure names its seed and path; given here beside `numRuns`, they run it again. */
const runs = 1_000;

test('whatever is asked of the ledger in whatever order, it is what a simple model of it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
      const real = await emptyLedger();
      await fc.asyncModelRun(() => ({ model: new Model(), real }), sequence);
    }),
    { numRuns: runs },
  );
}, 180_000);
