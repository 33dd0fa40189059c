import { phases } from '@nightpass/core';
import {
  type BatchSummary,
  type Counts,
  ledgerNow,
  readProviderStatus,
  readSummaries,
  settledCount,
} from '@nightpass/engine';
import type { Overview, OverviewBatch, OverviewProvider } from './overview-schema.ts';
import type { BoardParts } from './server.ts';

/** Batches on one page. */
export const batchesAPage = 50;

/** Reads the night at a glance: a few commands a provider and a batch, whatever their size. */
export async function readOverview(parts: BoardParts, offset: number): Promise<Overview> {
  const { ledger, settings } = parts;
  const [nowMs, providers, summaries, batchTotal] = await Promise.all([
    ledgerNow(ledger),
    readProviders(parts),
    readSummaries(ledger, { offset, limit: batchesAPage }),
    ledger.redis.zcard(ledger.keys.batches),
  ]);
  return {
    nowMs,
    inbox: settings.inboxDir,
    providers,
    batches: summaries.map(batchOf),
    batchTotal,
    offset,
    totals: sumCounts(summaries.map(({ counts }) => counts)),
  };
}

export function readProviders({ ledger, settings }: BoardParts): Promise<OverviewProvider[]> {
  return Promise.all(
    [...settings.providers].map(async ([name, { kind, limits }]) => ({
      kind,
      ...(await readProviderStatus(ledger, name, limits)),
    })),
  );
}

export function batchOf({ batch, counts }: BatchSummary): OverviewBatch {
  return {
    id: batch.id,
    name: batch.name,
    file: batch.file,
    providers: [...new Set(batch.providers)],
    processCount: batch.processCount,
    zoneCount: batch.zoneCount,
    taskCount: batch.taskCount,
    priority: batch.priority,
    acceptedAtMs: batch.acceptedAtMs,
    endedAtMs: batch.endedAtMs,
    cancelledAtMs: batch.cancelledAtMs,
    deadlineMs: batch.deadlineMs,
    settled: settledCount(counts),
    counts,
  };
}

export function sumCounts(all: readonly Counts[]): Counts {
  return Object.fromEntries(
    phases.map((phase) => [phase, all.reduce((sum, counts) => sum + counts[phase], 0)]),
  ) as Counts;
}
