import type { BatchSummary } from '@nightpass/engine';
import { settledCount } from '@nightpass/engine';
import { openCount } from './view/phases.ts';

/** How fast a batch moves, by what was seen of it, and when it will have ended, where that can be said honestly. */

export interface Rate {
  /** Tasks that ended or were parked, a second. */
  perSecond: number;
  /** Over how long it was measured. */
  overMs: number;
}

const windowMs = 60_000;
const leastMs = 5_000;
const leastSettled = 5;

export interface RateMeter {
  add(settled: number, nowMs: number): void;
  /** Undefined until enough was seen. */
  rate(): Rate | undefined;
}

/** Measures over the last minute. */
export function createRateMeter(): RateMeter {
  let samples: { settled: number; atMs: number }[] = [];
  return {
    add(settled, atMs) {
      samples = [...samples.filter((sample) => sample.atMs > atMs - windowMs), { settled, atMs }];
    },
    rate() {
      const [first, last] = [samples[0], samples.at(-1)];
      return first && last && rateOf(last.settled - first.settled, last.atMs - first.atMs);
    },
  };
}

/** Since the batch was accepted: all that one look can tell. */
export function averageRate({ batch, counts }: BatchSummary, nowMs: number): Rate | undefined {
  return rateOf(settledCount(counts), (batch.endedAtMs ?? nowMs) - batch.acceptedAtMs);
}

function rateOf(settled: number, overMs: number): Rate | undefined {
  if (overMs < leastMs || settled < leastSettled) return undefined;
  return { perSecond: settled / (overMs / 1000), overMs };
}

/** Milliseconds until nothing is open any more, at this rate. Undefined while a hold makes any rate a guess. */
export function remainingMs({ counts }: BatchSummary, rate: Rate | undefined, held: boolean): number | undefined {
  if (!rate || rate.perSecond <= 0 || held) return undefined;
  return (openCount(counts) / rate.perSecond) * 1000;
}

export function rateWords({ perSecond }: Rate): string {
  if (perSecond >= 1) return `${perSecond.toFixed(perSecond >= 10 ? 0 : 1)} a second`;
  if (perSecond * 60 >= 1) return `${(perSecond * 60).toFixed(perSecond * 60 >= 10 ? 0 : 1)} a minute`;
  return `${(perSecond * 3600).toFixed(1)} an hour`;
}
