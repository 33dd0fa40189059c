import { type Cost, type Phase, phaseByte, type TaskId, taskIdOf } from '@nightpass/core';
import { z } from 'zod';
import { type LedgerContext, phaseKeys } from './context.ts';
import { costArgs } from './cost.ts';
import type { TaskPlace } from './launching.ts';
import { defineScript } from './script.ts';

/** What the sweep does in the ledger: claim what is due, settle what it learned. */

const claimScript = defineScript('claim', {
  keys: ['due'],
  args: ['limit', 'leaseMs'],
  reply: z.tuple([z.number(), z.number()], z.string()),
});

const settleScript = defineScript('settle', {
  keys: ['due', 'inflight', 'ended', 'durations', 'stats', 'doubt'],
  args: ['score'],
  reply: z.array(z.string()),
});

const closedScript = defineScript('closed', { keys: ['grid', 'due'], args: ['id', 'index'], reply: z.number() });

export interface Claim {
  /** The fence: settling with another claim's score changes nothing. */
  score: number;
  ids: TaskId[];
  /** Until the next task is due; undefined where none is. */
  nextDueMs: number | undefined;
}

export async function claimDue(
  { redis, keys }: LedgerContext,
  provider: string,
  limit: number,
  leaseMs: number,
): Promise<Claim> {
  const [score, nextDue, ...ids] = await claimScript(redis, { due: keys.provider(provider).due }, { limit, leaseMs });
  return { score, ids: ids as TaskId[], nextDueMs: nextDue < 0 ? undefined : nextDue };
}

const renewScript = defineScript('renew', {
  keys: ['due'],
  args: ['leaseMs'],
  reply: z.tuple([z.number()], z.string()),
});

/** Makes claims hold for another `leaseMs`. @returns their new score, and which of them still held */
export async function renewClaims(
  { redis, keys }: LedgerContext,
  provider: string,
  scores: ReadonlyMap<TaskId, number>,
  leaseMs: number,
): Promise<{ score: number; kept: TaskId[] }> {
  const args = [...scores].flat();
  const [score, ...kept] = await renewScript(redis, { due: keys.provider(provider).due }, { leaseMs }, { args });
  return { score, kept: kept as TaskId[] };
}

export interface Settlement {
  at: TaskPlace;
  /** Another look in `inMs`, or the phase the task ends in. */
  outcome: { kind: 'again'; inMs: number } | { kind: 'end'; phase: Phase; rule: string; reason: string };
  /** Fields of the task to write; null takes one away. */
  fields: Record<string, string | number | null>;
  /** Of a job that ended; counted in the step that ends the task, and so once. */
  cost?: Cost | undefined;
}

/** Settles all in one call. @returns the tasks that ended by it. */
export async function settle(
  { redis, keys }: LedgerContext,
  provider: string,
  score: number,
  items: readonly Settlement[],
): Promise<TaskId[]> {
  if (items.length === 0) return [];
  const its = keys.provider(provider);
  const ended = await settleScript(
    redis,
    {
      due: its.due,
      inflight: its.inflight,
      ended: keys.ended,
      durations: its.durations,
      stats: its.stats,
      doubt: its.doubt,
    },
    { score },
    {
      keys: items.flatMap(({ at: { ref } }) => {
        const { batch, grid, counts } = phaseKeys(keys, ref.batchId);
        return [batch, grid, counts, keys.task(ref)];
      }),
      args: items.flatMap(({ at, outcome, fields, cost }) => {
        const { amount, unit } = costArgs(outcome.kind === 'end' ? cost : undefined);
        return [
          taskIdOf(at.ref),
          at.index,
          outcome.kind === 'again' ? 'again' : phaseByte[outcome.phase],
          outcome.kind === 'again' ? outcome.inMs : 0,
          outcome.kind === 'again' ? '' : outcome.rule,
          outcome.kind === 'again' ? '' : outcome.reason,
          at.processId,
          JSON.stringify(fields),
          amount,
          unit,
        ];
      }),
    },
  );
  return ended as TaskId[];
}

/** The task's end stands on the board: it is due no more. */
export async function closeTask({ redis, keys }: LedgerContext, at: TaskPlace): Promise<void> {
  await closedScript(
    redis,
    { grid: keys.grid(at.ref.batchId), due: keys.provider(at.provider).due },
    { id: taskIdOf(at.ref), index: at.index },
  );
}

/** Makes sure that a running task is looked at some time: the board's fallback, should the ledger's own entry be lost. */
export async function ensureDue({ redis, keys }: LedgerContext, at: TaskPlace, nowMs: number): Promise<void> {
  await redis.zadd(keys.provider(at.provider).due, 'NX', nowMs, taskIdOf(at.ref));
}

/** Usual durations in ms by process id. */
export async function usualDurations(
  { redis, keys }: LedgerContext,
  provider: string,
): Promise<ReadonlyMap<string, number>> {
  const hash = await redis.hgetall(keys.provider(provider).durations);
  return new Map(Object.entries(hash).map(([process, ms]) => [process, Number(ms)]));
}
