import type { BatchId, TaskRef } from '@nightpass/core';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** What every part of the ledger works on. */
export interface LedgerContext {
  redis: Redis;
  keys: Keys;
}

/** Keys that change together with a task's phase. */
export function phaseKeys(keys: Keys, batchId: BatchId) {
  return { batch: keys.batch(batchId), grid: keys.grid(batchId), counts: keys.counts(batchId), ended: keys.ended };
}

/** Keys of everything a task's own transition touches. */
export function taskKeys(keys: Keys, at: { provider: string; ref: TaskRef; processId: string }) {
  const its = keys.provider(at.provider);
  return {
    ...phaseKeys(keys, at.ref.batchId),
    task: keys.task(at.ref),
    due: its.due,
    inflight: its.inflight,
    launching: its.launching + at.processId,
    doubt: its.doubt + at.processId,
  };
}
