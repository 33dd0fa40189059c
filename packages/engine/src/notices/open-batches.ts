import type { BatchId } from '@nightpass/core';
import { listBatches } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { type BatchSummary, readSummary } from '../overview.ts';

/** Batches looked through; older ones have long ended. */
const newest = 1_000;

/** Batches in which something is still to happen, in the order in which they are launched. */
export async function readOpenBatches(ledger: LedgerContext): Promise<BatchSummary[]> {
  const ids = await listBatches(ledger, { offset: 0, limit: newest });
  const ends = await Promise.all(ids.map((id) => ledger.redis.hexists(ledger.keys.batch(id), 'endedAt')));
  const open = ids.filter((_, i) => ends[i] === 0);
  const summaries = await Promise.all(open.map((id: BatchId) => readSummary(ledger, id)));
  return summaries
    .filter((summary) => summary !== undefined)
    .sort((a, b) => b.batch.priority - a.batch.priority || a.batch.acceptedAtMs - b.batch.acceptedAtMs);
}
