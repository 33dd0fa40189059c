import { type TaskId, taskIdOf } from '@nightpass/core';
import pMap from 'p-map';
import { readTasks } from '../ledger/reading.ts';
import { claimDue, closeTask, type Settlement, settle, usualDurations } from '../ledger/sweeping.ts';
import type { TaskRecord } from '../ledger/task-record.ts';
import { type ProviderRun, placeOf } from '../provider-run.ts';
import { wakeTracked } from '../queues.ts';
import { createBulkLooks } from './bulk-look.ts';
import { again, type Outcome, type Turn } from './carry-out.ts';
import { type Claims, claimMs, createClaims } from './claims.ts';
import { turnOf } from './sweep-turn.ts';

/**
 * The sweep: claim what is due, look, judge, settle in one call. One loop a provider, under a lease; what a dying sweep
 * had claimed is due again when its claim runs out. Searches for lost launches go on beside it.
 */

export interface Sweep {
  /**
   * Looks at what is due, and begins the searches for launches that were lost.
   * @returns ms until the next task is due; undefined where none waits.
   */
  once(stop: AbortSignal): Promise<number | undefined>;
  /** When the searches that were begun are over. */
  over(): Promise<void>;
}

/** Looks claimed at a time, in seconds of the read budget; done in a fraction of the time that a claim holds. */
const chunkSeconds = 2;
const looksAtOnce = 8;
/** They share readings of the platform's lists: the more wait together, the fewer readings. */
const searchesAtMost = 100;
/** A search that finds no place is tried again after this. */
const searchAgainMs = 2_000;
/** Tasks settled in one call: Redis answers nobody else meanwhile. */
const settledAtOnce = 250;

export function createSweep(run: ProviderRun): Sweep {
  const claims = createClaims(run);
  const searching = new Set<Promise<void>>();
  const bulk = createBulkLooks(run);
  const singly = Math.max(1, Math.min(200, Math.ceil(run.limits.readsPerSecond * chunkSeconds)));

  async function once(stop: AbortSignal): Promise<number | undefined> {
    const { score, ids, nextDueMs } = await claimDue(run.ledger, run.name, Math.max(singly, bulk.claimAtMost), claimMs);
    if (ids.length === 0) return nextDueMs;
    const turns = await turnsOf(run, ids, score - claimMs, stop);
    // Claimed anew while it is still searched for: its claim had run out.
    const fresh = turns.filter(({ task }) => !claims.holds(task.id));
    claims.hold(idsOf(turns.filter(({ task }) => claims.holds(task.id))), score);
    const lost = fresh.filter(({ task }) => task.phase === 'unconfirmed');
    const others = fresh.filter(({ task }) => task.phase !== 'unconfirmed');
    const toSearch = lost.slice(0, Math.max(0, searchesAtMost - searching.size));
    const noPlace = lost.slice(toSearch.length).map((turn) => again(turn, searchAgainMs, {}));
    for (const turn of toSearch) beginSearch(turn, score);

    claims.hold(idsOf(others), score);
    const outcomes = await takeTurns(others, stop).catch(async (error: unknown) => {
      await claims.release(idsOf(others));
      throw error;
    });
    const scores = await claims.release(idsOf(others));
    await settleAll(run, others, scores, outcomes);
    await settleAll(run, lost, new Map(lost.map(({ task }) => [task.id, score])), noPlace);
    return 0;
  }

  /** By the platform's list, where that pays; the others one by one. */
  async function takeTurns(turns: readonly Turn[], stop: AbortSignal): Promise<Outcome[]> {
    const { outcomes: seen, rest } = await bulk.look(turns, stop);
    const toLook = rest.filter(({ task }) => task.phase === 'running');
    const free = rest.filter(({ task }) => task.phase !== 'running');
    // More than the read budget allows in a while: those come again when it does.
    const putOff = toLook.slice(singly).map((turn, i) => again(turn, ((i + 1) * 1000) / run.limits.readsPerSecond, {}));
    const looked = await pMap([...free, ...toLook.slice(0, singly)], turnOf, { concurrency: looksAtOnce });
    await run.ledger.redis.hincrby(run.ledger.keys.provider(run.name).stats, 'looks', seen.length + looked.length);
    return [...seen, ...putOff, ...looked];
  }

  function beginSearch(turn: Turn, score: number): void {
    const search = searchOf(run, claims, turn, score).finally(() => searching.delete(search));
    searching.add(search);
  }

  return { once, over: async () => void (await Promise.all(searching)) };
}

const idsOf = (turns: readonly Turn[]) => turns.map(({ task }) => task.id);

/** One search for a lost launch, which may read for long; never throws. */
async function searchOf(run: ProviderRun, claims: Claims, turn: Turn, score: number): Promise<void> {
  const { id } = turn.task;
  claims.hold([id], score);
  try {
    const outcome = await turnOf(turn);
    await settleAll(run, [turn], await claims.release([id]), [outcome]);
  } catch (error) {
    run.log.error({ task: id, err: error }, 'search failed, to be made again');
    await claims.release([id]);
  }
}

async function turnsOf(run: ProviderRun, ids: readonly TaskId[], nowMs: number, stop: AbortSignal): Promise<Turn[]> {
  const tasks = await readTasks(run.ledger, ids, async (id) => (await run.batches.get(id))?.record);
  const usual = await usualDurations(run.ledger, run.name);
  const turns: Turn[] = [];
  for (const task of tasks) {
    const batch = await run.batches.get(task.batchId);
    if (!batch) continue;
    const usualDurationMs = usual.get(batch.processes[task.processIndex]?.id ?? '');
    turns.push({ run, task, batch, nowMs, usualDurationMs, stop });
  }
  return turns;
}

/**
 * Writes down what the turns came to, and shows on the board what ended.
 * @param scores of the claims by which they are settled
 */
async function settleAll(
  run: ProviderRun,
  turns: readonly Turn[],
  scores: ReadonlyMap<TaskId, number>,
  outcomes: readonly Outcome[],
): Promise<void> {
  const byId = new Map(turns.map(({ task }) => [task.id, task]));
  const settlements = outcomes.flatMap((outcome) => (outcome.kind === 'settle' ? [outcome.item] : []));
  const ended = new Set<TaskId>();
  for (const score of new Set(scores.values())) {
    const mine = settlements.filter(({ at }) => scores.get(taskIdOf(at.ref)) === score);
    for (let i = 0; i < mine.length; i += settledAtOnce) {
      for (const id of await settle(run.ledger, run.name, score, mine.slice(i, i + settledAtOnce))) ended.add(id);
    }
  }
  for (const { at, outcome } of settlements) sayEnd(run, at.ref, ended, outcome);
  const toClose = outcomes.flatMap((outcome) => {
    if (outcome.kind === 'close') return [outcome.task];
    const task = outcome.kind === 'settle' ? byId.get(taskIdOf(outcome.item.at.ref)) : undefined;
    return task && ended.has(task.id) ? [task] : [];
  });
  await pMap(toClose, (task) => closeOnBoard(run, task), { concurrency: looksAtOnce });
}

function sayEnd(
  run: ProviderRun,
  ref: Settlement['at']['ref'],
  ended: ReadonlySet<TaskId>,
  outcome: Settlement['outcome'],
): void {
  const task = taskIdOf(ref);
  if (outcome.kind !== 'end' || !ended.has(task)) return;
  const { phase, rule, reason } = outcome;
  run.log.info({ task, batch: ref.batchId, phase, rule, ...(reason && { reason }) }, 'task ended');
}

async function closeOnBoard(run: ProviderRun, task: TaskRecord): Promise<void> {
  const batch = await run.batches.get(task.batchId);
  if (!batch) return;
  const at = placeOf(run, task, batch);
  try {
    if (task.phase === 'queued' || (await wakeTracked(run.queues.track, task.id, task, task.id)))
      await closeTask(run.ledger, at);
  } catch (error) {
    // Still due: closed by the next sweep.
    run.log.warn({ task: task.id, err: error }, 'task not closed on the board');
  }
}
