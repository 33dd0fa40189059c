import type { Limits } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { defineScript } from '../ledger/script.ts';
import { usualDurations } from '../ledger/sweeping.ts';
import { type BatchSummary, readProviderStatus } from '../overview.ts';
import { forecast, type Pace, type Waiting } from './forecast.ts';
import { noticeKeys } from './notice-keys.ts';
import { readOpenBatches } from './open-batches.ts';

const deadlineScript = defineScript('notice-deadline', {
  keys: ['batch', 'notices'],
  args: ['atMs', 'notice'],
  reply: z.number(),
});

/** Tells, once for each, which batches cannot be launched in time any more. @returns their ids. */
export async function tellDeadlinesOutOfReach(
  ledger: LedgerContext,
  providers: ReadonlyMap<string, Limits>,
): Promise<string[]> {
  const open = (await readOpenBatches(ledger)).filter(({ batch }) => batch.cancelledAtMs === undefined);
  if (!open.some(({ batch }) => lastLaunchOf(batch) !== undefined)) return [];
  const nowMs = await ledgerNow(ledger);
  const paces = new Map<string, Pace>();
  const holds = new Map<string, string[]>();
  for (const [name, limits] of providers) {
    const status = await readProviderStatus(ledger, name, limits);
    const durations = [...(await usualDurations(ledger, name)).values()];
    const ends = status.holds.flatMap(({ untilMs }) => untilMs ?? []);
    holds.set(
      name,
      status.holds.map(({ kind }) => kind),
    );
    paces.set(name, {
      launchesPerSecond: limits.launchesPerSecond * status.bearableShare,
      maxInFlight: limits.maxInFlight,
      inFlight: status.inFlight,
      usualMs: durations.length > 0 ? Math.min(...durations) : undefined,
      heldUntilMs: ends.length > 0 ? Math.max(...ends) : undefined,
      window: limits.window,
    });
  }
  const told: string[] = [];
  for (const { batch: id, ...found } of forecast(open.map(waitingOf), paces, nowMs)) {
    const summary = open.find(({ batch }) => batch.id === id);
    if (!summary) continue;
    const { batch, counts } = summary;
    const facts = {
      name: batch.name,
      file: batch.file,
      tasks: batch.taskCount,
      deadlineMs: lastLaunchOf(batch),
      queued: counts.queued,
      ...found,
      holds: [...new Set(batch.providers.flatMap((name) => holds.get(name) ?? []))],
    };
    const notice = JSON.stringify({ kind: 'deadline-out-of-reach', batch: id, atMs: nowMs, facts });
    const keys = { batch: ledger.keys.batch(batch.id), notices: noticeKeys(ledger).notices };
    if ((await deadlineScript(ledger.redis, keys, { atMs: nowMs, notice })) === 1) told.push(id);
  }
  return told;
}

/** Nothing of the batch is launched later. */
function lastLaunchOf({ deadlineMs, launchByMs }: BatchSummary['batch']): number | undefined {
  const last = Math.min(deadlineMs ?? Number.POSITIVE_INFINITY, launchByMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(last) ? last : undefined;
}

/** The counts are the whole batch's: its providers are taken to have their share of what is queued. */
function waitingOf({ batch, counts }: BatchSummary): Waiting {
  const queued = new Map<string, number>();
  for (const name of batch.providers) {
    queued.set(name, (queued.get(name) ?? 0) + counts.queued / batch.providers.length);
  }
  return { batch: batch.id, queued, lastMs: lastLaunchOf(batch) };
}
