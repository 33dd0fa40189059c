import type { LaunchWindow } from '@nightpass/core';
import type { PlacedHold } from '../pacing/holds.ts';
import { launchedAt, type Pace } from './forecast.ts';

/** When nothing of a batch is open any more: a range, from limits, measured durations and the measured rate. Pure. */

export interface EndFacts {
  nowMs: number;
  /** Tasks that are still to end; of them, to be launched. */
  open: number;
  queued: number;
  /** When a redrive with a pace of its own will have taken its last task back; undefined: none takes any back. */
  takenBackUntilMs?: number | undefined;
  /** As measured lately; undefined until enough was seen. */
  ratePerSecond: number | undefined;
  providers: readonly {
    /** Of the batch's tasks. */
    share: number;
    launchesPerSecond: number;
    maxInFlight: number;
    inFlight: number;
    /** Usual durations of its processes. */
    durationsMs: readonly number[];
    holds: readonly PlacedHold[];
    window: LaunchWindow | undefined;
  }[];
}

export interface EndForecast {
  soonestMs: number;
  /** Undefined where nobody can say. */
  latestMs: number | undefined;
  because: string[];
}

/** What was measured may get so much worse. */
const doubt = 1.5;

/** @returns undefined where nothing is open, or nothing was ever measured */
export function forecastEnd(facts: EndFacts): EndForecast | undefined {
  const { nowMs, open, providers, ratePerSecond, takenBackUntilMs = 0 } = facts;
  if ((open === 0 && takenBackUntilMs === 0) || providers.length === 0) return undefined;
  const measured = providers.some(({ durationsMs }) => durationsMs.length > 0);
  if (!measured && ratePerSecond === undefined) return undefined;
  const ends = providers.map((its) => {
    const shortest = Math.min(...its.durationsMs, Number.POSITIVE_INFINITY);
    const longest = Math.max(...its.durationsMs, 0);
    const tasks = Math.ceil(facts.queued * its.share);
    const launchedBy = (usualMs: number | undefined, untilMs: number | undefined) =>
      tasks === 0 ? nowMs : launchedAt(paceOf(its, usualMs, untilMs), tasks, nowMs);
    const known = Number.isFinite(shortest);
    const heldUntil = its.holds.map(({ untilMs }) => untilMs);
    const lastKnown = Math.max(nowMs, ...heldUntil.filter((it) => it !== undefined));
    return {
      soonest: Math.max(launchedBy(known ? shortest : undefined, lastKnown), takenBackUntilMs) + (known ? shortest : 0),
      latest: heldUntil.includes(undefined)
        ? Number.POSITIVE_INFINITY
        : Math.max(launchedBy(known ? longest * doubt : undefined, lastKnown), takenBackUntilMs) + longest * doubt,
    };
  });
  const byRate = ratePerSecond ? nowMs + (open / ratePerSecond) * 1000 : undefined;
  const soonestMs = Math.max(...ends.map(({ soonest }) => soonest));
  const latest = Math.max(...ends.map(({ latest }) => latest), byRate ? nowMs + (byRate - nowMs) * doubt : 0);
  if (!Number.isFinite(soonestMs)) return undefined;
  return {
    soonestMs: Math.round(soonestMs),
    latestMs: Number.isFinite(latest) ? Math.round(Math.max(latest, soonestMs)) : undefined,
    because: reasonsOf(facts, measured),
  };
}

function paceOf(
  its: EndFacts['providers'][number],
  usualMs: number | undefined,
  heldUntilMs: number | undefined,
): Pace {
  const { launchesPerSecond, maxInFlight, inFlight, window } = its;
  return { launchesPerSecond, maxInFlight, inFlight, usualMs, heldUntilMs, window };
}

function reasonsOf({ providers, ratePerSecond, takenBackUntilMs }: EndFacts, measured: boolean): string[] {
  return [
    'the launch pace and the places in flight that are configured',
    ...(measured ? ['usual durations of the processes, as measured'] : []),
    ...(ratePerSecond === undefined ? [] : ['the rate of the last minutes']),
    ...(takenBackUntilMs === undefined ? [] : ['the pace of a redrive']),
    ...providers.flatMap(({ holds }) =>
      holds.map(({ kind, untilMs }) => `a hold (${kind})${untilMs ? '' : ' without an end'}`),
    ),
  ];
}
