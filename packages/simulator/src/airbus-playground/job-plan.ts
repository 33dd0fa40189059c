import { drawBetween, type Random } from '../random.ts';
import type { AirbusPlaygroundBehaviour } from './behaviour.ts';

/** The platform's statuses, as published. */
export const words = ['ACCEPTED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN'] as const;
export type Word = (typeof words)[number];

/**
 * A job's whole life, settled when it is launched; all times in milliseconds since the start of the simulator.
 * Infinity: never.
 */
export interface JobPlan {
  startMs: number;
  pauseFromMs: number;
  pauseUntilMs: number;
  endMs: number;
  endWord: 'SUCCEEDED' | 'FAILED';
  unknownUntilMs: number;
  goneFromMs: number;
  progressSteps: number;
  /** A deletion in force from this time on. */
  cancelledFromMs: number;
  /** A status set by hand, and since when. */
  forced: { word: Word; fromMs: number } | undefined;
}

export interface JobState {
  word: Word;
  progressPercent: number;
  /** undefined while it has not started, or not ended. */
  startMs: number | undefined;
  endMs: number | undefined;
}

const never = Number.POSITIVE_INFINITY;

export function planJob(behaviour: AirbusPlaygroundBehaviour, launchedMs: number, random: Random): JobPlan {
  const strikes = (percent: number) => random() * 100 < percent;
  const startMs = launchedMs + drawBetween(behaviour.queueSeconds, random) * 1000;
  const runMs = drawBetween(behaviour.jobSeconds, random) * 1000;
  const halfMs = startMs + runMs / 2;
  const fails = strikes(behaviour.failPercent);
  const pauseMs = strikes(behaviour.pausePercent) ? toMs(behaviour.pauseSeconds) : 0;
  const unknownMs = strikes(behaviour.unknownPercent) ? toMs(behaviour.unknownSeconds) : 0;
  const vanishes = strikes(behaviour.vanishPercent);
  return {
    startMs,
    pauseFromMs: halfMs,
    pauseUntilMs: halfMs + pauseMs,
    endMs: startMs + runMs + pauseMs,
    endWord: fails ? 'FAILED' : 'SUCCEEDED',
    unknownUntilMs: launchedMs + unknownMs,
    goneFromMs: vanishes ? halfMs : never,
    progressSteps: behaviour.progressSteps,
    cancelledFromMs: never,
    forced: undefined,
  };
}

/** What the job is at a time; undefined where the platform has no such job any more. */
export function stateAt(plan: JobPlan, nowMs: number): JobState | undefined {
  if (nowMs >= plan.goneFromMs) return undefined;
  if (plan.forced && nowMs >= plan.forced.fromMs) return forcedState(plan, plan.forced);
  if (nowMs >= plan.cancelledFromMs) {
    const before = lifeAt(plan, plan.cancelledFromMs);
    return isEnd(before.word) ? before : { ...before, word: 'CANCELLED', endMs: plan.cancelledFromMs };
  }
  return lifeAt(plan, nowMs);
}

export function isEnd(word: Word): boolean {
  return word === 'SUCCEEDED' || word === 'FAILED' || word === 'CANCELLED';
}

function lifeAt(plan: JobPlan, nowMs: number): JobState {
  if (nowMs < plan.unknownUntilMs) return { word: 'UNKNOWN', progressPercent: 0, startMs: undefined, endMs: undefined };
  if (nowMs <= plan.startMs) return { word: 'ACCEPTED', progressPercent: 0, startMs: undefined, endMs: undefined };
  if (nowMs >= plan.endMs) {
    const progressPercent = plan.endWord === 'SUCCEEDED' ? 100 : progressAt(plan, plan.endMs - 1);
    return { word: plan.endWord, progressPercent, startMs: plan.startMs, endMs: plan.endMs };
  }
  const paused = nowMs >= plan.pauseFromMs && nowMs < plan.pauseUntilMs;
  return {
    word: paused ? 'PAUSED' : 'RUNNING',
    progressPercent: progressAt(plan, nowMs),
    startMs: plan.startMs,
    endMs: undefined,
  };
}

function progressAt(plan: JobPlan, nowMs: number): number {
  const halfRunMs = plan.pauseFromMs - plan.startMs;
  const doneMs = nowMs <= plan.pauseFromMs ? nowMs - plan.startMs : halfRunMs + Math.max(0, nowMs - plan.pauseUntilMs);
  const share = halfRunMs === 0 ? 0 : Math.min(1, Math.max(0, doneMs / (halfRunMs * 2)));
  return Math.floor((Math.floor(share * plan.progressSteps) / plan.progressSteps) * 100);
}

function forcedState(plan: JobPlan, forced: { word: Word; fromMs: number }): JobState {
  const before = lifeAt(plan, forced.fromMs);
  return {
    word: forced.word,
    progressPercent: forced.word === 'SUCCEEDED' ? 100 : before.progressPercent,
    startMs: before.startMs,
    endMs: isEnd(forced.word) ? forced.fromMs : undefined,
  };
}

function toMs(seconds: number | 'for-ever'): number {
  return seconds === 'for-ever' ? never : seconds * 1000;
}
