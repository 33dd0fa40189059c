/** A job's life, settled when it is launched. */

export const words = [
  'CREATED',
  'PENDING',
  'WAITING',
  'CONDITION_WAIT',
  'RUNNING',
  'COMPLETED',
  'ERROR',
  'CANCELLED',
] as const;
export type Word = (typeof words)[number];
export const phases = ['CREATED', 'DATA_FETCH', 'PROCESSING', 'OUTPUT_LIST'] as const;
export type Phase = (typeof phases)[number];

/** All times in milliseconds since the start of the simulator; Infinity: never. */
export interface JobPlan {
  launchedMs: number;
  queueWords: readonly Word[];
  startMs: number;
  endMs: number;
  endWord: 'COMPLETED' | 'ERROR';
  /** What a cancel or a terminate, or a person, made of it, and since when. */
  forced: { word: Word; fromMs: number } | undefined;
}

export interface JobState {
  word: Word;
  phase: Phase;
  /** undefined while it has not started, or its processing has not ended. */
  startMs: number | undefined;
  endMs: number | undefined;
}

export function isEnd(word: Word): boolean {
  return word === 'COMPLETED' || word === 'ERROR' || word === 'CANCELLED';
}

export function hasStarted(word: Word): boolean {
  return word === 'RUNNING' || isEnd(word);
}

export function stateAt(plan: JobPlan, nowMs: number): JobState {
  const { forced } = plan;
  if (!forced || nowMs < forced.fromMs) return lifeAt(plan, nowMs);
  const before = lifeAt(plan, forced.fromMs);
  const endMs = isEnd(forced.word) ? (before.endMs ?? forced.fromMs) : undefined;
  const startMs = hasStarted(forced.word) ? (before.startMs ?? forced.fromMs) : undefined;
  const phase = forced.word === 'COMPLETED' ? 'OUTPUT_LIST' : hasStarted(forced.word) ? before.phase : 'CREATED';
  return { word: forced.word, phase, startMs, endMs };
}

function lifeAt(plan: JobPlan, nowMs: number): JobState {
  if (nowMs <= plan.startMs)
    return { word: queueWordAt(plan, nowMs), phase: 'CREATED', startMs: undefined, endMs: undefined };
  const { startMs } = plan;
  if (nowMs >= plan.endMs) {
    const phase = plan.endWord === 'COMPLETED' ? 'OUTPUT_LIST' : 'PROCESSING';
    return { word: plan.endWord, phase, startMs, endMs: ingestMs(plan) };
  }
  // The end of processing is written down before the outputs are taken in: an endTime, and still RUNNING.
  const share = (nowMs - startMs) / (plan.endMs - startMs);
  if (share >= 0.75) return { word: 'RUNNING', phase: 'OUTPUT_LIST', startMs, endMs: ingestMs(plan) };
  return { word: 'RUNNING', phase: share < 0.25 ? 'DATA_FETCH' : 'PROCESSING', startMs, endMs: undefined };
}

function ingestMs({ startMs, endMs }: JobPlan): number {
  return startMs + (endMs - startMs) * 0.75;
}

function queueWordAt(plan: JobPlan, nowMs: number): Word {
  const { queueWords, launchedMs, startMs } = plan;
  const share = startMs > launchedMs ? (nowMs - launchedMs) / (startMs - launchedMs) : 0;
  const index = Math.min(queueWords.length - 1, Math.floor(share * queueWords.length));
  return queueWords[index] ?? 'CREATED';
}

/**
 * What a parent is: ERROR as soon as one sub-job is, COMPLETED when all are, and CREATED until then, for ever where one
 * was cancelled.
 */
export function parentWord(children: readonly Word[]): Word {
  if (children.includes('ERROR')) return 'ERROR';
  return children.every((word) => word === 'COMPLETED') ? 'COMPLETED' : 'CREATED';
}
