import type { Limits } from '@nightpass/core';
import {
  type BatchSummary,
  type EndForecast,
  forecastEnd,
  type LedgerContext,
  type Moment,
  readProviderStatus,
  readTimeline,
  settledCount,
  takenBackUntil,
  usualDurations,
} from '@nightpass/engine';
import type { z } from 'zod';
import { many } from '../pages/words.ts';
import type { batchDetail } from './schemas/batches.ts';

/** What is told of a batch beyond its counts: its rate, the forecast of its end, what needs a person. */

type Detail = z.input<typeof batchDetail>;

const rateOverMs = 10 * 60_000;
const leastSettled = 5;
const settledPhases = ['succeeded', 'failed', 'cancelled', 'expired', 'parked'];

/** Over the last ten minutes, as the ledger's own counters have it. */
export function rateOf(moments: readonly Moment[], acceptedAtMs: number, nowMs: number): Detail['rate'] {
  const fromMs = Math.max(nowMs - rateOverMs, acceptedAtMs);
  // A minute that is only half within counts whole: so does its beginning.
  const wholeFromMs = Math.floor(fromMs / 60_000) * 60_000;
  const settled = moments
    .filter(({ atMs, phase }) => atMs >= wholeFromMs && settledPhases.includes(phase))
    .reduce((sum, { count }) => sum + count, 0);
  const overMs = Math.round(nowMs - Math.max(wholeFromMs, acceptedAtMs));
  if (settled < leastSettled || overMs < 5_000) return undefined;
  return { perSecond: settled / (overMs / 1000), overMs };
}

export async function batchFigures(
  ledger: LedgerContext,
  summary: BatchSummary,
  limitsOf: (provider: string) => Limits | undefined,
  nowMs: number,
): Promise<Pick<Detail, 'rate' | 'forecast' | 'takenBackUntilMs' | 'needs' | 'holds'>> {
  const { batch, counts } = summary;
  const isOver = batch.endedAtMs !== undefined;
  const rate = isOver ? undefined : rateOf(await readTimeline(ledger, batch.id), batch.acceptedAtMs, nowMs);
  const providers = await Promise.all(
    [...new Set(batch.providers)].flatMap((name) => {
      const limits = limitsOf(name);
      if (!limits) return [];
      return [readProvider(ledger, name, limits)];
    }),
  );
  const holds = providers.flatMap(({ name, status }) => status.holds.map((hold) => ({ provider: name, ...hold })));
  const open = batch.taskCount - settledCount(counts);
  const takenBackUntilMs = isOver ? undefined : await takenBackUntil(ledger, batch.id, nowMs);
  const forecast: EndForecast | undefined = isOver
    ? undefined
    : forecastEnd({
        nowMs,
        open,
        queued: counts.queued,
        takenBackUntilMs,
        ratePerSecond: rate?.perSecond,
        providers: providers.map(({ name, status, durations, limits }) => ({
          share: batch.providers.filter((it) => it === name).length / batch.providers.length,
          launchesPerSecond: status.launchesPerSecond * status.bearableShare,
          maxInFlight: status.maxInFlight,
          inFlight: status.inFlight,
          durationsMs: durations,
          holds: status.holds,
          window: limits.window,
        })),
      });
  return { rate, forecast, takenBackUntilMs, needs: needsOf(summary, providers, nowMs), holds: isOver ? [] : holds };
}

async function readProvider(ledger: LedgerContext, name: string, limits: Limits) {
  const [status, durations] = await Promise.all([
    readProviderStatus(ledger, name, limits),
    usualDurations(ledger, name),
  ]);
  return { name, status, limits, durations: [...durations.values()] };
}

type Known = Awaited<ReturnType<typeof readProvider>>;

/** Holds that end by themselves need nobody. */
const needing = ['person', 'credentials'];

function needsOf({ batch, counts }: BatchSummary, providers: readonly Known[], nowMs: number): Detail['needs'] {
  const needs: Detail['needs'] = [];
  if (counts.parked > 0) {
    const says = `${many(counts.parked, 'task')} parked: look on the platform, then redrive or leave them`;
    needs.push({ kind: 'parked', tasks: counts.parked, says });
  }
  if (batch.endedAtMs === undefined) {
    for (const { name, status } of providers) {
      for (const hold of status.holds.filter(({ kind }) => needing.includes(kind))) {
        needs.push({ kind: 'hold', tasks: counts.queued, provider: name, says: `${name} is held: ${hold.reason}` });
      }
    }
    const lastMs = Math.min(batch.deadlineMs ?? Number.POSITIVE_INFINITY, batch.launchByMs ?? Number.POSITIVE_INFINITY);
    if (lastMs < nowMs && counts.queued > 0) {
      needs.push({ kind: 'deadline', tasks: counts.queued, says: 'the last moment for its launches has passed' });
    }
  }
  for (const { name, status } of providers) {
    if (status.orphans.length === 0) continue;
    const says = `${many(status.orphans.length, 'remote job')} of ours on ${name} that no task follows`;
    needs.push({ kind: 'orphans', tasks: status.orphans.length, provider: name, says });
  }
  return needs;
}
