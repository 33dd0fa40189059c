import { drawBetween, type Random } from '../random.ts';
import type { OgcBehaviour } from './behaviour.ts';

export const standardWords = ['created', 'accepted', 'running', 'successful', 'failed', 'dismissed'] as const;
type StandardWord = (typeof standardWords)[number];
/** Words that servers use beside them. */
export const wildWords = [
  'paused',
  'started',
  'queued',
  'pending',
  'succeeded',
  'finished',
  'error',
  'exception',
  'canceled',
  'cancelled',
] as const;
const ends = new Set<string>(['successful', 'failed', 'dismissed', ...wildWords.slice(4)]);

/**
 * A job's whole life, settled when it is launched; all times in milliseconds since the start of the simulator.
 * Infinity: never.
 */
export interface JobPlan {
  startMs: number;
  endMs: number;
  endWord: 'successful' | 'failed';
  overturnMs: number;
  goneFromMs: number;
  dismissedFromMs: number;
  /** A status set by hand, and since when. */
  forced: { word: string; fromMs: number } | undefined;
}

export interface JobState {
  word: string;
  progressPercent: number;
  /** undefined while it has not started, or not ended. */
  startMs: number | undefined;
  endMs: number | undefined;
}

const never = Number.POSITIVE_INFINITY;

export function planJob(behaviour: OgcBehaviour, launchedMs: number, random: Random): JobPlan {
  const strikes = (percent: number) => random() * 100 < percent;
  const startMs = launchedMs + drawBetween(behaviour.queueSeconds, random) * 1000;
  const runMs = drawBetween(behaviour.jobSeconds, random) * 1000;
  const fails = strikes(behaviour.failPercent);
  const stranded = strikes(behaviour.strandPercent);
  const vanishes = strikes(behaviour.vanishPercent);
  const overturned = strikes(behaviour.overturnPercent);
  const endMs = stranded ? never : startMs + runMs;
  return {
    startMs: stranded ? never : startMs,
    endMs,
    endWord: fails ? 'failed' : 'successful',
    overturnMs: overturned ? endMs + behaviour.overturnSeconds * 1000 : never,
    goneFromMs: vanishes ? startMs + runMs / 2 : never,
    dismissedFromMs: never,
    forced: undefined,
  };
}

/** What the job is at a time; undefined where the server has no such job any more. */
export function stateAt(plan: JobPlan, nowMs: number): JobState | undefined {
  if (nowMs >= plan.goneFromMs) return undefined;
  if (plan.forced && nowMs >= plan.forced.fromMs) {
    const { word, fromMs } = plan.forced;
    return { ...lifeAt(plan, fromMs), word, endMs: isEnd(word) ? fromMs : undefined };
  }
  if (nowMs >= plan.dismissedFromMs) {
    const before = lifeAt(plan, plan.dismissedFromMs);
    return isEnd(before.word) ? before : { ...before, word: 'dismissed', endMs: plan.dismissedFromMs };
  }
  return lifeAt(plan, nowMs);
}

export function isEnd(word: string): boolean {
  return ends.has(word);
}

function lifeAt(plan: JobPlan, nowMs: number): JobState {
  const { startMs, endMs } = plan;
  const at = (word: StandardWord, progressPercent: number, ended?: number): JobState => ({
    word,
    progressPercent,
    startMs: word === 'accepted' ? undefined : startMs,
    endMs: ended,
  });
  if (nowMs <= startMs) return at('accepted', 0);
  if (nowMs >= plan.overturnMs) return at('failed', 100, plan.overturnMs);
  if (nowMs >= endMs) return at(plan.endWord, plan.endWord === 'successful' ? 100 : 90, endMs);
  const share = Number.isFinite(endMs) ? (nowMs - startMs) / (endMs - startMs) : 0;
  return at('running', Math.floor(share * 10) * 10);
}
