import type { BatchId, Limits } from '@nightpass/core';
import type { BatchRecord, Counts } from './ledger/batch-record.ts';
import { listBatches, readBatch, readCounts } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import { ledgerNow } from './ledger/reading.ts';
import { type PlacedHold, readHolds } from './pacing/holds.ts';
import { learnedShare } from './pacing/pace.ts';

/** The night at a glance, for the board and the command line. Nothing here reads tasks one by one. */

export interface ProviderStatus {
  name: string;
  /** Why it waits; empty where it does not. */
  holds: PlacedHold[];
  /** Tasks launched and not yet ended. */
  inFlight: number;
  maxInFlight: number;
  launchesPerSecond: number;
  /** The share of it that the platform is believed to bear, learned from its refusals; 1 where it never refused. */
  bearableShare: number;
  readsPerSecond: number;
  /** Launches ever sent. */
  launches: number;
  /** Looks that are due by now, and the oldest's delay: how far behind the sweep is. */
  dueNow: number;
  behindMs: number;
  /** Remote jobs that carry a key of ours and are followed by no task, as the last orphan sweep found them. */
  orphans: { remoteJobId: string; launch: string }[];
}

export async function readProviderStatus(ledger: LedgerContext, name: string, limits: Limits): Promise<ProviderStatus> {
  const its = ledger.keys.provider(name);
  const nowMs = await ledgerNow(ledger);
  const [holds, inFlight, launches, dueNow, oldest, bearableShare, orphans] = await Promise.all([
    readHolds(ledger, name, nowMs),
    ledger.redis.scard(its.inflight),
    ledger.redis.hget(its.stats, 'launches'),
    ledger.redis.zcount(its.due, '-inf', nowMs),
    ledger.redis.zrange(its.due, '0', '0', 'WITHSCORES') as Promise<unknown>,
    learnedShare(ledger, name, nowMs),
    ledger.redis.hgetall(its.orphans),
  ]);
  return {
    name,
    holds,
    inFlight,
    maxInFlight: limits.maxInFlight,
    launchesPerSecond: limits.launchesPerSecond,
    bearableShare,
    readsPerSecond: limits.readsPerSecond,
    launches: Number(launches ?? 0),
    dueNow,
    orphans: Object.entries(orphans).map(([remoteJobId, launch]) => ({ remoteJobId, launch })),
    behindMs: dueNow > 0 ? Math.max(0, nowMs - scoreOf(oldest)) : 0,
  };
}

/** RESP2 answers [member, score], RESP3 [[member, score]]. */
function scoreOf(reply: unknown): number {
  return Number((reply as unknown[]).flat()[1] ?? Number.POSITIVE_INFINITY);
}

export interface BatchSummary {
  batch: BatchRecord;
  counts: Counts;
}

export async function readSummary(ledger: LedgerContext, id: BatchId): Promise<BatchSummary | undefined> {
  const [batch, counts] = await Promise.all([readBatch(ledger, id), readCounts(ledger, id)]);
  return batch && { batch, counts };
}

/** Newest first. */
export async function readSummaries(
  ledger: LedgerContext,
  page: { offset: number; limit: number },
): Promise<BatchSummary[]> {
  const ids = await listBatches(ledger, page);
  const summaries = await Promise.all(ids.map((id) => readSummary(ledger, id)));
  return summaries.filter((summary) => summary !== undefined);
}

/** Tasks that have ended or were parked: nothing happens to them by itself any more. */
export const settledCount = (counts: Counts) =>
  counts.succeeded + counts.failed + counts.cancelled + counts.expired + counts.parked;
