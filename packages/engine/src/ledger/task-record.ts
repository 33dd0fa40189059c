import type {
  CancelIntent,
  Phase,
  RemoteJob,
  RemoteStatus,
  ResultLink,
  RunningTask,
  TaskId,
  TaskRef,
} from '@nightpass/core';
import { z } from 'zod';
import { parseTaskCost, type TaskCost } from './cost.ts';
import { parseResults } from './task-results.ts';

/** What the ledger keeps of one task beside its phase. Nothing at all for a task that was never launched. */
export interface TaskRecord extends TaskRef {
  id: TaskId;
  phase: Phase;
  /** Launches sent since ever. */
  attempt: number;
  /** Launches sent in this drive. */
  attemptInDrive: number;
  /** 1, and one more for each redrive. */
  drive: number;
  intentAtMs: number | undefined;
  launchedAtMs: number | undefined;
  endedAtMs: number | undefined;
  job: RemoteJob | undefined;
  remoteStatus: RemoteStatus | undefined;
  /** The platform's own word. */
  remoteWord: string | undefined;
  progressPercent: number | undefined;
  message: string | undefined;
  looks: number;
  lookedAtMs: number | undefined;
  failedLooks: number;
  missingLooks: number;
  /** Searches for a lost launch that found nothing. */
  emptyReads: number;
  /** How far the last launch got, where it takes several steps. */
  step: string | undefined;
  cancel: CancelIntent | undefined;
  /** What its ended job offers; undefined: the platform was not asked yet, or did not say. */
  results: readonly ResultLink[] | undefined;
  /** How many more it offers than are kept here. */
  resultsCut: number;
  /** Undefined: its platform told nothing, which is not to say that it was free. */
  cost: TaskCost | undefined;
  /** Which rule decided last, and why, in words. */
  rule: string | undefined;
  reason: string | undefined;
  history: { atMs: number; text: string }[];
}

const count = z.coerce.number().int().default(0);
const ms = z.coerce.number().optional();

const stored = z.object({
  attempt: count,
  base: count,
  drive: z.coerce.number().int().default(1),
  intentAt: ms,
  launchedAt: ms,
  endedAt: ms,
  remoteId: z.string().optional(),
  address: z.string().optional(),
  status: z.enum(['accepted', 'running', 'paused', 'unknown', 'succeeded', 'failed', 'cancelled']).optional(),
  word: z.string().optional(),
  progress: z.coerce.number().optional(),
  message: z.string().optional(),
  looks: count,
  lookedAt: ms,
  fails: count,
  missing: count,
  reads: count,
  step: z.string().optional(),
  cancelAs: z.enum(['cancelled', 'expired']).optional(),
  cancelReason: z.string().default(''),
  cancelAt: ms,
  cancelTries: count,
  results: z.string().optional(),
  cost: z.string().optional(),
  costUnit: z.string().optional(),
  costTotal: z.string().optional(),
  rule: z.string().optional(),
  reason: z.string().optional(),
  history: z.string().default(''),
});

export function parseTaskRecord(ref: TaskRef, id: TaskId, phase: Phase, hash: Record<string, string>): TaskRecord {
  const it = stored.parse(hash);
  const results = parseResults(it.results);
  return {
    ...ref,
    id,
    phase,
    attempt: it.attempt,
    attemptInDrive: it.attempt - it.base,
    drive: it.drive,
    intentAtMs: it.intentAt,
    launchedAtMs: it.launchedAt,
    endedAtMs: it.endedAt,
    job: it.remoteId !== undefined && it.address !== undefined ? { id: it.remoteId, address: it.address } : undefined,
    remoteStatus: it.status,
    remoteWord: it.word,
    progressPercent: it.progress,
    message: it.message,
    looks: it.looks,
    lookedAtMs: it.lookedAt,
    failedLooks: it.fails,
    missingLooks: it.missing,
    emptyReads: it.reads,
    step: stepOf(it.step, it.attempt),
    cancel: it.cancelAs && {
      endAs: it.cancelAs,
      reason: it.cancelReason,
      tries: it.cancelTries,
      lastSentAtMs: it.cancelAt,
    },
    results: results?.links,
    resultsCut: results?.cut ?? 0,
    cost: parseTaskCost(it.cost, it.costUnit, it.costTotal),
    rule: it.rule,
    reason: it.reason || undefined,
    history: it.history.split('\n').flatMap((line) => {
      const [, at, text] = /^(\d+) (.*)$/.exec(line) ?? [];
      return at && text ? [{ atMs: Number(at), text }] : [];
    }),
  };
}

/** What was begun belongs to the attempt that began it. */
function stepOf(stored: string | undefined, attempt: number): string | undefined {
  const [, by, step] = /^(\d+) (.*)$/s.exec(stored ?? '') ?? [];
  return Number(by) === attempt ? step : undefined;
}

/** The part of a running task that the life cycle judges. @throws when the ledger lost the remote id: a bug. */
export function asRunning(
  task: TaskRecord,
  limits: Pick<RunningTask, 'usualDurationMs' | 'timeoutMs' | 'batchDeadlineMs'>,
): RunningTask {
  if (!task.job || task.launchedAtMs === undefined)
    throw new Error(`task ${task.id} runs, but the ledger has no remote job of it`);
  return {
    job: task.job,
    launchedAtMs: task.launchedAtMs,
    failedLooks: task.failedLooks,
    missingLooks: task.missingLooks,
    cancel: task.cancel,
    ...limits,
  };
}
