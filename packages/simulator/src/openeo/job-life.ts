import { drawBetween, type Random } from '../random.ts';
import type { OpenEoBehaviour } from './behaviour.ts';

/** Every status there is, from 1.0 to 1.3. */
export const words = ['created', 'queued', 'running', 'canceled', 'finished', 'error'] as const;
export type Word = (typeof words)[number];

/** One run of a job, settled when it starts; all times in milliseconds since the start of the simulator. */
export interface Run {
  /** When it was started. */
  atMs: number;
  fromMs: number;
  endMs: number;
  endWord: 'finished' | 'error';
  message: string;
}

export interface JobLife {
  run: Run | undefined;
  /** A status set by hand or by a cancel, and what it turns into, if anything. */
  forced: { word: Word; nextMs: number; next: Word } | undefined;
  /** Answers 404 from here on. */
  goneFromMs: number;
}

const never = Number.POSITIVE_INFINITY;

export const newLife = (): JobLife => ({ run: undefined, forced: undefined, goneFromMs: never });

export const forcedTo = (word: Word): JobLife['forced'] => ({ word, nextMs: never, next: word });

export function planRun(behaviour: OpenEoBehaviour, nowMs: number, mistake: string | undefined, random: Random): Run {
  const fromMs = nowMs + drawBetween(behaviour.queueSeconds, random) * 1000;
  const endMs = fromMs + drawBetween(behaviour.jobSeconds, random) * 1000;
  const fails = random() * 100 < behaviour.failPercent || mistake !== undefined;
  return {
    atMs: nowMs,
    fromMs,
    endMs,
    endWord: fails ? 'error' : 'finished',
    message: mistake ?? behaviour.failMessage,
  };
}

/** What it truly is. */
export function wordAt({ run, forced }: JobLife, nowMs: number): Word {
  if (forced) return nowMs < forced.nextMs ? forced.word : forced.next;
  if (!run) return 'created';
  if (nowMs >= run.endMs) return run.endWord;
  return nowMs > run.fromMs ? 'running' : 'queued';
}

/** What the platform says of it: its own record may lag behind the start. */
export function shownAt(life: JobLife, nowMs: number, { statusLagSeconds }: OpenEoBehaviour): Word {
  const lags = life.run !== undefined && !life.forced && nowMs < life.run.atMs + statusLagSeconds * 1000;
  return lags ? 'created' : wordAt(life, nowMs);
}

/** With a fraction, as some back-ends say it. */
export function progressAt({ run }: JobLife, word: Word, nowMs: number): number {
  if (word === 'finished') return 100;
  if (!run || word === 'created' || word === 'queued') return 0;
  const share = run.endMs === run.fromMs ? 0 : (nowMs - run.fromMs) / (run.endMs - run.fromMs);
  return Math.round(Math.min(0.995, Math.max(0, share)) * 1000) / 10;
}

export const isActive = (word: Word) => word === 'queued' || word === 'running';

/** What a cancel makes of a job; undefined where it changes nothing. */
export function cancelled(life: JobLife, word: Word, behaviour: OpenEoBehaviour): JobLife['forced'] | undefined {
  if (word === 'queued') return forcedTo('created');
  if (word !== 'running') return undefined;
  if (behaviour.cancelStopsWork || !life.run) return forcedTo(behaviour.cancelledRun);
  return { word: behaviour.cancelledRun, nextMs: life.run.endMs, next: 'finished' };
}
