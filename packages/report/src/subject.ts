import type { BatchId, Process } from '@nightpass/core';
import {
  type BatchRecord,
  type Counts,
  type LedgerContext,
  ledgerNow,
  readBatch,
  readCounts,
  readProcesses,
  type ZoneLine,
} from '@nightpass/engine';

/** Whose report is written, and what its writer is told meanwhile. */
export interface Subject {
  batch: BatchRecord;
  processes: readonly Process[];
  counts: Counts;
  /** On the ledger's clock. */
  atMs: number;
  onPage?: ((page: readonly ZoneLine[]) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export async function readSubject(ledger: LedgerContext, id: BatchId): Promise<Subject | undefined> {
  const batch = await readBatch(ledger, id);
  if (!batch) return undefined;
  const [processes, counts, atMs] = await Promise.all([
    readProcesses(ledger, id),
    readCounts(ledger, id),
    ledgerNow(ledger),
  ]);
  return { batch, processes, counts, atMs };
}
