import type { BatchId, Limits, Log, Policy, Process, Provider, TaskRef } from '@nightpass/core';
import { type BatchRecord, gridIndex } from './ledger/batch-record.ts';
import { readBatch, readProcesses } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import type { TaskPlace } from './ledger/launching.ts';
import type { ProviderQueues } from './queues.ts';

/** What the loops of one provider work with. */
export interface ProviderRun {
  name: string;
  ledger: LedgerContext;
  adapter: Provider;
  limits: Limits;
  queues: ProviderQueues;
  batches: BatchCache;
  log: Log;
  /** A number from 0 to 1, for spreading looks. */
  random(): number;
}

export const policyOf = (limits: Limits): Policy => limits;

/** What of a batch is read again and again and hardly ever changes. */
export interface BatchCache {
  get(id: BatchId): Promise<CachedBatch | undefined>;
}

export interface CachedBatch {
  record: BatchRecord;
  processes: Process[];
}

/** Old enough to save the reads, young enough that a cancel is soon seen. */
const freshMs = 5_000;

export function createBatchCache(ledger: LedgerContext): BatchCache {
  const known = new Map<BatchId, { batch: CachedBatch; readAtMs: number }>();
  return {
    async get(id) {
      const hit = known.get(id);
      if (hit && performance.now() - hit.readAtMs < freshMs) return hit.batch;
      const record = await readBatch(ledger, id);
      if (!record) return undefined;
      const batch = { record, processes: hit?.batch.processes ?? (await readProcesses(ledger, id)) };
      known.set(id, { batch, readAtMs: performance.now() });
      // A worker that lives for months meets many batches.
      if (known.size > 200) known.delete(known.keys().next().value as BatchId);
      return batch;
    },
  };
}

export function placeOf(run: { name: string }, ref: TaskRef, { record, processes }: CachedBatch): TaskPlace {
  const processId = processes[ref.processIndex]?.id ?? '';
  return { ref, index: gridIndex(ref, record), provider: run.name, processId };
}

/** As the board shows the task: which process, where. */
export const jobName = (process: string, location: string) =>
  Array.from(`${process} · ${location}`).slice(0, 80).join('');
