import type { BatchId, Log } from '@nightpass/core';
import type { LedgerContext } from '@nightpass/engine';
import { type BatchIndex, loadBatchIndex } from './batch-index.ts';

/** The batches that are being looked at, in memory: at most so much of it, the least recently used go first. */
export interface Indexes {
  /** As of a second ago. Undefined where there is no such batch. */
  get(id: BatchId): Promise<BatchIndex | undefined>;
  /** The same, but undefined too while the batch is still being read, which this begins. */
  getNow(id: BatchId): Promise<BatchIndex | undefined>;
  /** Begins to read a batch that is likely to be asked for next, unless it is held already or would put out others. */
  begin(id: BatchId): void;
  bytes(): number;
  stop(): void;
}

const usualMostBytes = 512 * 1024 * 1024;

export function createIndexes(ledger: LedgerContext, log: Log, mostBytes = usualMostBytes): Indexes {
  /** In the order of their last use. */
  const held = new Map<BatchId, Promise<BatchIndex | undefined>>();
  const sizes = new Map<BatchId, BatchIndex>();
  const bytes = () => [...sizes.values()].reduce((sum, index) => sum + index.bytes(), 0);

  function drop(id: BatchId): void {
    sizes.get(id)?.stop();
    sizes.delete(id);
    held.delete(id);
  }

  function load(id: BatchId): Promise<BatchIndex | undefined> {
    const startedMs = performance.now();
    const loading = loadBatchIndex(ledger, id);
    loading.then(
      (index) => {
        if (!index) return drop(id);
        sizes.set(id, index);
        log.debug({ batch: id, bytes: index.bytes(), ms: Math.round(performance.now() - startedMs) }, 'batch indexed');
        for (const other of held.keys()) if (other !== id && bytes() > mostBytes) drop(other);
      },
      () => drop(id),
    );
    return loading;
  }

  function use(id: BatchId): Promise<BatchIndex | undefined> {
    const loading = held.get(id) ?? load(id);
    held.delete(id);
    held.set(id, loading);
    return loading;
  }

  function useQuietly(id: BatchId): void {
    use(id).catch((error: unknown) => log.debug({ batch: id, error: String(error) }, 'batch not indexed'));
  }

  return {
    async get(id) {
      const index = await use(id);
      await index?.refresh();
      return index;
    },
    begin(id) {
      if (!held.has(id) && bytes() < mostBytes / 2) useQuietly(id);
    },
    async getNow(id) {
      useQuietly(id);
      const index = sizes.get(id);
      await index?.refresh();
      return index;
    },
    bytes,
    stop() {
      for (const id of [...held.keys()]) drop(id);
    },
  };
}
