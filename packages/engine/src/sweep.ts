import type { TaskId } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';
import pMap from 'p-map';
import { readTasks } from './ledger/reading.ts';
import { claimDue, closeTask, type Settlement, settle, usualDurations } from './ledger/sweeping.ts';
import type { TaskRecord } from './ledger/task-record.ts';
import { type ProviderRun, placeOf } from './provider-run.ts';
import { wakeTracked } from './queues.ts';
import { turnOf } from './sweep-turn.ts';

/**
 * The sweep: claim what is due, look, judge, settle in one call. One loop a provider, under a lease; what a dying sweep
 * had claimed is due again when its claim runs out.
 */

/** A claim holds this long; a chunk of looks is sized to be done in a fraction of it. */
const claimMs = 60_000;
/** Work claimed at a time, in seconds of the read budget. */
const chunkSeconds = 2;
const looksAtOnce = 8;
/** Searches mostly wait for answers; the read pace holds them all. */
const searchesAtOnce = 32;
/** How much longer a claim for a search holds: reading a long list takes its time. */
const searchMs = 60_000;

/**
 * Looks and ends first; searches for lost launches read whole lists.
 * @returns ms until the next task is due; undefined where none waits.
 */
export async function sweepOnce(run: ProviderRun, stop: AbortSignal): Promise<number | undefined> {
  const { ledger } = run;
  const limit = Math.max(1, Math.min(200, Math.ceil(run.limits.readsPerSecond * chunkSeconds)));
  const claim = await claimDue(ledger, run.name, limit, claimMs);
  if (claim.ids.length === 0) return claim.nextDueMs;

  const tasks = await readTasks(ledger, claim.ids, async (id) => (await run.batches.get(id))?.record);
  const lost = tasks.filter((task) => task.phase === 'unconfirmed');
  const others = tasks.filter((task) => task.phase !== 'unconfirmed');
  const nowMs = claim.score - claimMs;
  await takeTurns(run, others, { score: claim.score, nowMs }, looksAtOnce, stop);
  if (lost.length === 0) return 0;

  const score = claim.score + searchMs;
  await ledger.redis.zadd(ledger.keys.provider(run.name).due, 'XX', ...lost.flatMap((task) => [score, task.id]));
  await takeTurns(run, lost, { score, nowMs }, searchesAtOnce, stop);
  return 0;
}

/** Each task's turn, then what they came to, in one call. */
async function takeTurns(
  run: ProviderRun,
  tasks: readonly TaskRecord[],
  claim: { score: number; nowMs: number },
  concurrency: number,
  stop: AbortSignal,
): Promise<void> {
  if (tasks.length === 0) return;
  const { ledger } = run;
  const usual = await usualDurations(ledger, run.name);
  const settlements: Settlement[] = [];
  const toClose: TaskRecord[] = [];
  await pMap(
    tasks,
    async (task) => {
      const batch = await run.batches.get(task.batchId);
      if (!batch) return;
      const usualDurationMs = usual.get(batch.processes[task.processIndex]?.id ?? '');
      const outcome = await turnOf({ run, task, batch, nowMs: claim.nowMs, usualDurationMs, stop });
      if (outcome.kind === 'settle') settlements.push(outcome.item);
      if (outcome.kind === 'close') toClose.push(task);
    },
    { concurrency },
  );

  const ended = new Set<TaskId>(await settle(ledger, run.name, claim.score, settlements));
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const { at, outcome } of settlements) {
    const task = byId.get(taskIdOf(at.ref));
    if (task && ended.has(task.id) && outcome.kind === 'end') {
      const { phase, rule, reason } = outcome;
      run.log.info({ task: task.id, batch: task.batchId, phase, rule, ...(reason && { reason }) }, 'task ended');
      toClose.push(task);
    }
  }
  await ledger.redis.hincrby(ledger.keys.provider(run.name).stats, 'looks', tasks.length);
  await pMap(toClose, (task) => closeOnBoard(run, task), { concurrency: looksAtOnce });
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
