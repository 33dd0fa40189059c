import { randomBytes } from 'node:crypto';
import type { BatchContent, BatchId, TaskRef } from '@nightpass/core';
import type { TestRedis } from '@nightpass/runtime/test-redis';
import { openBatch } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import { createKeys } from './ledger/keys.ts';
import type { TaskPlace } from './ledger/launching.ts';

/** A ledger of a test's own: a random prefix on the test's Redis, and a batch of a given size. */
export interface TestLedger {
  ledger: LedgerContext;
  id: BatchId;
  at(processIndex: number, zoneIndex: number): TaskPlace;
  /** Takes BullMQ's lock on the task's launch job, as a worker does that has the job. */
  lock(at: TaskPlace, token: string): Promise<void>;
}

export const provider = 'airbus';

export async function testLedger(
  redis: TestRedis,
  size: { processes: number; zones: number },
  also: Partial<BatchContent> = {},
): Promise<TestLedger> {
  const ledger = { redis: redis.client(), keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const ring = [
    [3, 43],
    [4, 43],
    [4, 44],
    [3, 43],
  ];
  const content: BatchContent = {
    name: undefined,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: size.processes }, (_, i) => ({
      id: `p${i}`,
      name: `Process ${i}`,
      datasetId: 'd',
      projectId: 'j',
      provider: undefined,
    })),
    zones: Array.from({ length: size.zones }, (_, i) => ({
      id: i,
      imageId: `image-${i}`,
      image2Id: undefined,
      location: `Place ${i}`,
      project: undefined,
      geom: { type: 'Polygon' as const, coordinates: [ring] },
    })),
    ...also,
  };
  await openBatch(ledger, {
    id,
    content,
    contentHash: id,
    file: 'test.json',
    providers: content.processes.map(() => provider),
  });
  const at = (processIndex: number, zoneIndex: number): TaskPlace => {
    const ref: TaskRef = { batchId: id, processIndex, zoneIndex };
    return { ref, index: processIndex * size.zones + zoneIndex, provider, processId: `p${processIndex}` };
  };
  return {
    ledger,
    id,
    at,
    lock: async (place, token) => void (await ledger.redis.set(ledger.keys.launchLock(provider, place.ref), token)),
  };
}
