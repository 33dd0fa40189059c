import type { Limits } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { readProviderStatus } from '../overview.ts';
import type { PlacedHold } from '../pacing/holds.ts';
import { readOpenBatches } from './open-batches.ts';
import type { ProgressFacts, ProviderFacts } from './progress.ts';

/** A hold whose probe, or end, is overdue by this is no reason any more: somebody should have tried. */
const overdueMs = 5 * 60_000;

export async function readProgress(ledger: LedgerContext, limits: ReadonlyMap<string, Limits>): Promise<ProgressFacts> {
  const atMs = await ledgerNow(ledger);
  const open = await readOpenBatches(ledger);
  const providers = new Map<string, ProviderFacts>();
  for (const [name, its] of limits) providers.set(name, await readProviderFacts(ledger, name, its, atMs));
  const waiting = open
    .filter(({ counts }) => counts.queued > 0)
    .map(({ batch, counts }) => ({
      batch: batch.id,
      // What another host's configuration knows is that host's to watch.
      providers: [...new Set(batch.providers)].filter((name) => limits.has(name)),
      unconfirmed: counts.unconfirmed,
    }))
    .filter((batch) => batch.providers.length > 0);
  return { atMs, providers, waiting };
}

async function readProviderFacts(
  ledger: LedgerContext,
  name: string,
  limits: Limits,
  nowMs: number,
): Promise<ProviderFacts> {
  const its = ledger.keys.provider(name);
  const [status, stats, due] = await Promise.all([
    readProviderStatus(ledger, name, limits),
    ledger.redis.hgetall(its.stats),
    ledger.redis.zcard(its.due),
  ]);
  const ends = Object.entries(stats).filter(([counter]) => counter.startsWith('ended:'));
  const stands = ({ untilMs }: PlacedHold) => untilMs === undefined || untilMs + overdueMs > nowMs;
  return {
    launches: status.launches,
    ended: ends.reduce((sum, [, n]) => sum + Number(n), 0),
    looks: stats.looks === undefined ? undefined : Number(stats.looks),
    inFlight: status.inFlight,
    maxInFlight: limits.maxInFlight,
    due,
    behindMs: status.behindMs,
    launchesHeld: status.holds.some(stands),
    looksHeld: status.holds.some((hold) => hold.stopsLooks && stands(hold)),
    launchesPerSecond: limits.launchesPerSecond * status.bearableShare,
    maxLookMs: limits.maxLookMs,
  };
}
