import type { TaskId } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';
import pMap from 'p-map';
import { readTasks } from './ledger/reading.ts';
import { claimDue, closeTask, type Settlement, settle, usualDurations } from './ledger/sweeping.ts';
import type { TaskRecord } from './ledger/task-record.ts';
import { type CachedBatch, type ProviderRun, placeOf } from './provider-run.ts';
import { wakeTracked } from './queues.ts';
import { claimMs, type Searches } from './searches.ts';
import { type Outcome, turnOf } from './sweep-turn.ts';

/**
 * The sweep: claim what is due, look, judge, settle in one call. One loop a provider, under a lease; what a dying sweep
 * had claimed is due again when its claim runs out. Searches for lost launches go on beside it.
 */

/** Work claimed at a time, in seconds of the read budget; done in a fraction of the time that a claim holds. */
const chunkSeconds = 2;
const looksAtOnce = 8;
/** A search that finds no place is tried again after this. */
const searchAgainMs = 2_000;

/**
 * Looks at what is due, and begins the searches for launches that were lost.
 * @returns ms until the next task is due; undefined where none waits.
 */
export async function sweepOnce(run: ProviderRun, searches: Searches, stop: AbortSignal): Promise<number | undefined> {
  const { ledger } = run;
  const limit = Math.max(1, Math.min(200, Math.ceil(run.limits.readsPerSecond * chunkSeconds)));
  const { score, ids, nextDueMs } = await claimDue(ledger, run.name, limit, claimMs);
  if (ids.length === 0) return nextDueMs;

  const tasks = await readTasks(ledger, ids, async (id) => (await run.batches.get(id))?.record);
  const usual = await usualDurations(ledger, run.name);
  const settlements: Settlement[] = [];
  const toClose: TaskRecord[] = [];
  const nowMs = score - claimMs;
  await pMap(
    tasks,
    async (task) => {
      const batch = await run.batches.get(task.batchId);
      if (!batch) return;
      const usualDurationMs = usual.get(batch.processes[task.processIndex]?.id ?? '');
      const turn = { run, task, batch, nowMs, usualDurationMs, stop };
      if (task.phase === 'unconfirmed') {
        if (searches.places() <= 0) settlements.push(laterOn(run, task, batch));
        else
          searches.begin(
            task,
            score,
            () => turnOf(turn),
            (outcome, held) => afterSearch(run, task, outcome, held),
          );
        return;
      }
      const outcome = await turnOf(turn);
      if (outcome.kind === 'settle') settlements.push(outcome.item);
      if (outcome.kind === 'close') toClose.push(task);
    },
    { concurrency: looksAtOnce },
  );
  toClose.push(...(await settleAll(run, tasks, score, settlements)));
  await ledger.redis.hincrby(ledger.keys.provider(run.name).stats, 'looks', tasks.length);
  await pMap(toClose, (task) => closeOnBoard(run, task), { concurrency: looksAtOnce });
  return 0;
}

async function afterSearch(run: ProviderRun, task: TaskRecord, outcome: Outcome, score: number): Promise<void> {
  const toClose = outcome.kind === 'settle' ? await settleAll(run, [task], score, [outcome.item]) : [];
  if (outcome.kind === 'close' || toClose.length > 0) await closeOnBoard(run, task);
}

const laterOn = (run: ProviderRun, task: TaskRecord, batch: CachedBatch): Settlement => ({
  at: placeOf(run, task, batch),
  outcome: { kind: 'again', inMs: searchAgainMs },
  fields: {},
});

/** @returns those that ended by it: the board is to show it. */
async function settleAll(
  run: ProviderRun,
  tasks: readonly TaskRecord[],
  score: number,
  settlements: readonly Settlement[],
): Promise<TaskRecord[]> {
  const ended = new Set<TaskId>(await settle(run.ledger, run.name, score, settlements));
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return settlements.flatMap(({ at, outcome }) => {
    const task = byId.get(taskIdOf(at.ref));
    if (!task || !ended.has(task.id) || outcome.kind !== 'end') return [];
    const { phase, rule, reason } = outcome;
    run.log.info({ task: task.id, batch: task.batchId, phase, rule, ...(reason && { reason }) }, 'task ended');
    return [task];
  });
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
