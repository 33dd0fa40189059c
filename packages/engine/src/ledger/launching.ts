import {
  type Cost,
  type Phase,
  phaseByte,
  phases,
  type RemoteJob,
  type ResultLink,
  type TaskRef,
  taskIdOf,
} from '@nightpass/core';
import { z } from 'zod';
import { spacingMs } from '../pacing/spacing.ts';
import { type LedgerContext, taskKeys } from './context.ts';
import { costArgs } from './cost.ts';
import { defineScript } from './script.ts';
import { storedResults } from './task-results.ts';

/** Transitions around the one POST of a launch. Each is one script: fenced, and safe to run again. */

const phase = z.enum(phases);

const intentScript = defineScript('intent', {
  keys: [
    'lock',
    'batch',
    'grid',
    'counts',
    'ended',
    'task',
    'due',
    'inflight',
    'recent',
    'holds',
    'stats',
    'launching',
    'doubt',
    'likeness',
  ],
  args: ['token', 'id', 'index', 'maxInFlight', 'burst', 'windowMs', 'orphanMs', 'probe', 'alone', 'unlike'],
  reply: z.union([
    z.tuple([z.literal('go'), z.number(), z.number(), z.number(), z.string()]),
    z.tuple([z.literal('wait'), z.number()]),
    z.tuple([z.literal('known'), phase]),
    z.tuple([z.literal('doubt'), z.string()]),
    z.tuple([z.enum(['full', 'held', 'lostLock', 'unconfirmed', 'cancelled', 'tooLate'])]),
  ]),
});

const stepScript = defineScript('step', {
  keys: ['lock', 'grid', 'task', 'recent', 'pace', 'learned'],
  args: ['token', 'index', 'attempt', 'intentAt', 'made', 'burst', 'windowMs', 'intervalMs'],
  reply: z.union([z.tuple([z.literal('wait'), z.number()]), z.tuple([z.enum(['go', 'moved'])])]),
});

const launchedScript = defineScript('launched', {
  keys: ['batch', 'grid', 'counts', 'ended', 'task', 'due', 'inflight', 'claims', 'launching', 'doubt'],
  args: ['id', 'index', 'attempt', 'remoteId', 'address', 'lookInMs', 'rule'],
  reply: z.union([
    z.tuple([z.enum(['running', 'known'])]),
    z.tuple([z.literal('claimed'), z.string()]),
    z.tuple([z.literal('orphan'), phase]),
  ]),
});

const taskTransition = {
  keys: ['batch', 'grid', 'counts', 'ended', 'task', 'due', 'inflight', 'launching', 'doubt'],
} as const;
const moved = z.tuple([z.literal('moved'), phase]);

const requeueScript = defineScript('requeue', {
  ...taskTransition,
  args: ['id', 'index', 'attempt', 'sent', 'rule', 'reason', 'intentAt', 'step'],
  reply: z.union([z.tuple([z.literal('queued')]), moved]),
});

const loseScript = defineScript('lose', {
  keys: ['batch', 'grid', 'counts', 'ended', 'task', 'due', 'launching', 'doubt'],
  args: ['id', 'index', 'attempt', 'inMs', 'rule', 'reason', 'intentAt'],
  reply: z.union([z.tuple([z.literal('unconfirmed')]), moved]),
});

const finishScript = defineScript('finish', {
  ...taskTransition,
  args: ['id', 'index', 'attempt', 'to', 'rule', 'reason', 'intentAt', 'results', 'amount', 'unit'],
  reply: z.union([z.tuple([z.literal('ended')]), moved]),
});

/** Where a task stands, for every transition. */
export interface TaskPlace {
  ref: TaskRef;
  /** Its place in the batch's grid. */
  index: number;
  provider: string;
  /** The platform's id of its process. */
  processId: string;
}

export type Intent =
  | { kind: 'go'; attempt: number; drive: number; intentAtMs: number; step: string | undefined }
  | { kind: 'wait'; ms: number }
  | { kind: 'known'; phase: Phase }
  /** A launch of this process is unconfirmed, and could not be told from this one. */
  | { kind: 'doubt'; task: string }
  | { kind: 'full' | 'held' | 'lostLock' | 'unconfirmed' | 'cancelled' | 'tooLate' };

export interface IntentOptions {
  /** The token of BullMQ's lock on the task's launch job. */
  token: string;
  maxInFlight: number;
  launchesPerSecond: number;
  /** With no word from the launcher for this long, its answer counts as lost. */
  orphanMs: number;
  /** The kind of hold that the caller alone is let through, to see whether it is over. */
  probe: string | undefined;
  /** Lost launches of a process can only be told apart by elimination: none is sent while one is in doubt. */
  alone: boolean;
  /** No two launches of one likeness are out at a time: the platform would take them for one. */
  likeness?: string | undefined;
}

/** The sliding window in which no more than `burst` launches are sent. */
function slidingWindow(launchesPerSecond: number): { burst: number; windowMs: number } {
  const burst = Math.max(1, Math.ceil(launchesPerSecond));
  return { burst, windowMs: Math.ceil(burst * spacingMs(launchesPerSecond)) };
}

/** The last step before the POST. Only on `go` may anything be sent. */
export async function writeIntent(
  { redis, keys }: LedgerContext,
  at: TaskPlace,
  options: IntentOptions,
): Promise<Intent> {
  const its = keys.provider(at.provider);
  const [kind, ...rest] = await intentScript(
    redis,
    {
      lock: keys.launchLock(at.provider, at.ref),
      ...taskKeys(keys, at),
      recent: its.recent,
      holds: its.holds,
      stats: its.stats,
      likeness: its.likeness + (options.likeness ?? ''),
    },
    {
      token: options.token,
      id: taskIdOf(at.ref),
      index: at.index,
      maxInFlight: options.maxInFlight,
      ...slidingWindow(options.launchesPerSecond),
      orphanMs: options.orphanMs,
      probe: options.probe ?? '',
      alone: options.alone ? '1' : '0',
      unlike: options.likeness === undefined ? '0' : '1',
    },
  );
  switch (kind) {
    case 'go': {
      const [attempt, drive, intentAtMs, step] = rest as [number, number, number, string];
      return { kind, attempt, drive, intentAtMs, step: step || undefined };
    }
    case 'wait':
      return { kind, ms: rest[0] as number };
    case 'known':
      return { kind, phase: rest[0] as Phase };
    case 'doubt':
      return { kind, task: rest[0] as string };
    default:
      return { kind };
  }
}

/**
 * A launch under way takes the slot of its next request, after putting on record what the last one made.
 * @returns ms to wait and ask again, 0 to go; undefined: the launch is not the caller's any more
 */
export async function nextStep(
  { redis, keys }: LedgerContext,
  at: TaskPlace,
  launch: { token: string; attempt: number; intentAtMs: number; launchesPerSecond: number; made: string | undefined },
): Promise<number | undefined> {
  const its = keys.provider(at.provider);
  const [kind, ms] = await stepScript(
    redis,
    {
      lock: keys.launchLock(at.provider, at.ref),
      grid: keys.grid(at.ref.batchId),
      task: keys.task(at.ref),
      recent: its.recent,
      pace: its.launchPace,
      learned: its.learned,
    },
    {
      token: launch.token,
      index: at.index,
      attempt: launch.attempt,
      intentAt: launch.intentAtMs,
      made: launch.made ?? '',
      ...slidingWindow(launch.launchesPerSecond),
      intervalMs: spacingMs(launch.launchesPerSecond),
    },
  );
  if (kind === 'moved') return undefined;
  return kind === 'wait' ? ms : 0;
}

export type Recorded =
  | { kind: 'running' }
  | { kind: 'known' }
  | { kind: 'claimed'; by: string }
  | { kind: 'orphan'; phase: Phase };

/** Records that the task runs as `job`: answered, or found. */
export async function recordLaunched(
  { redis, keys }: LedgerContext,
  at: TaskPlace,
  launch: { attempt: number; job: RemoteJob; lookInMs: number; rule: string },
): Promise<Recorded> {
  const [kind, detail] = await launchedScript(
    redis,
    { ...taskKeys(keys, at), claims: keys.provider(at.provider).claims },
    {
      id: taskIdOf(at.ref),
      index: at.index,
      attempt: launch.attempt,
      remoteId: launch.job.id,
      address: launch.job.address,
      lookInMs: launch.lookInMs,
      rule: launch.rule,
    },
  );
  if (kind === 'claimed') return { kind, by: detail };
  if (kind === 'orphan') return { kind, phase: detail };
  return { kind };
}

interface Decision {
  /** Which launch is meant: its number … */
  attempt: number;
  /**
   * … and when it was intended, in Unix milliseconds: the fence, since a number that is given back comes again. Left out
   * only where none is.
   */
  intentAtMs?: number;
  rule: string;
  reason: string;
}

/** Back to the queue: it is known that nothing runs. */
export async function requeue(
  { redis, keys }: LedgerContext,
  at: TaskPlace,
  why: Decision & { sent: boolean; step?: string },
) {
  return requeueScript(redis, taskKeys(keys, at), {
    id: taskIdOf(at.ref),
    index: at.index,
    attempt: why.attempt,
    sent: why.sent ? '1' : '0',
    rule: why.rule,
    reason: why.reason,
    intentAt: why.intentAtMs ?? '',
    step: why.step ?? '',
  });
}

/** The answer was lost: the sweep asks the platform in `inMs`. */
export async function recordLost({ redis, keys }: LedgerContext, at: TaskPlace, why: Decision & { inMs: number }) {
  const { inflight: _, ...its } = taskKeys(keys, at);
  return loseScript(redis, its, {
    id: taskIdOf(at.ref),
    index: at.index,
    attempt: why.attempt,
    inMs: why.inMs,
    rule: why.rule,
    reason: why.reason,
    intentAt: why.intentAtMs ?? '',
  });
}

/** Ends or parks a task whose launch was refused or given up, or ran at once. */
export async function finishLaunch(
  { redis, keys }: LedgerContext,
  at: TaskPlace,
  why: Decision & {
    phase: 'failed' | 'cancelled' | 'expired' | 'succeeded' | 'parked';
    results?: readonly ResultLink[] | undefined;
    cost?: Cost | undefined;
  },
) {
  return finishScript(redis, taskKeys(keys, at), {
    id: taskIdOf(at.ref),
    index: at.index,
    attempt: why.attempt,
    to: phaseByte[why.phase],
    rule: why.rule,
    reason: why.reason,
    intentAt: why.intentAtMs ?? '',
    results: why.results ? storedResults(why.results) : '',
    ...costArgs(why.cost),
  });
}
