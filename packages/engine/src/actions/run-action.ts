import type { BatchId, Log } from '@nightpass/core';
import { createLease } from '../lease.ts';
import type { BatchRecord } from '../ledger/batch-record.ts';
import { readBatch, readProcesses } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { rewindFeed } from '../ledger/steering.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { pause } from '../pause.ts';
import type { TaskQueue } from '../queues.ts';
import type { Action, ActionKind } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { endAction, openActions, readAction, readOpenActions, stopAction } from './action-log.ts';
import { carryOutSlice } from './carry-out-slice.ts';
import { mostMoved } from './choose.ts';
import { moveInQueue, rankBatch } from './move-in-queue.ts';
import { dueNow } from './own-pace.ts';

/**
 * Carrying out what people began: slice by slice, at a pace that leaves Redis to the launches. Whoever dies is followed
 * by another, who goes on where the cursor stands.
 */

export interface ActionTools {
  ledger: LedgerContext;
  /** Undefined where that provider is not configured here. */
  launchQueue(provider: string): TaskQueue | undefined;
  log: Log;
}

/** Tasks in one script call, and the rest that Redis is given after each. */
const sliceSize = 250;
const restMs = 15;
const leaseMs = 15_000;
/** Tasks taken back wait so long at most until the feeder is told of them. */
const rewindEveryMs = 3_000;

/**
 * @returns whether it is over; false where somebody else carries it out, or where it has a pace and the next task is not due:
 * it is to be called again. @throws what Redis says; the action stays open then */
export async function runAction(tools: ActionTools, id: string, stop: AbortSignal): Promise<boolean> {
  const { ledger } = tools;
  const lease = createLease(ledger.redis, actionKeys(ledger).lease(id), leaseMs);
  if (!(await lease.hold())) return false;
  try {
    const action = await readAction(ledger, id);
    if (action?.state !== 'running') {
      await endAction(ledger, id, undefined);
      return true;
    }
    if (action.action === 'cancel' && action.target.kind === 'batch') {
      await endRedrives(ledger, action, action.target.batch as BatchId);
    }
    const whole =
      action.target.kind === 'provider' ? await onProvider(ledger, action) : await onTasks(tools, action, lease, stop);
    if (whole) await endAction(ledger, id, undefined);
    if (whole) tools.log.info({ action: action.action, id, who: action.who }, 'action ended');
    return whole;
  } catch (error) {
    if (error instanceof CannotBeDone) await endAction(ledger, id, error.message);
    else throw error;
    return true;
  } finally {
    await lease.release().catch(() => undefined);
  }
}

/** A batch that is given up as a whole is not filled again by a redrive that somebody began before. */
async function endRedrives(ledger: LedgerContext, { id: own, who, why }: Action, batch: BatchId): Promise<void> {
  const role = (await ledger.redis.hget(actionKeys(ledger).action(own), 'role')) ?? '';
  for (const { id, action, batches } of await readOpenActions(ledger)) {
    if (action !== 'redrive' || !batches.includes(batch)) continue;
    await stopAction(ledger, id, { who, role, why: `batch ${batch} was cancelled: ${why}` });
  }
}

/** Trying again would not help. */
class CannotBeDone extends Error {}

async function onProvider(ledger: LedgerContext, { action, target, who, why, holds }: Action): Promise<boolean> {
  if (target.kind !== 'provider') return true;
  const reason = `${why} (${who})`;
  if (action === 'pause') await placeHold(ledger, target.provider, { kind: 'person', forMs: undefined, reason });
  else await liftHold(ledger, target.provider, holds ?? ['person']);
  return true;
}

async function onTasks(
  tools: ActionTools,
  action: Action,
  lease: { hold(): Promise<boolean> },
  stop: AbortSignal,
): Promise<boolean> {
  const { ledger } = tools;
  let { cursor } = action;
  const [startBatch = 0, startIndex = 0] = cursor.split(':').map(Number);
  for (const [n, id] of action.batches.entries()) {
    if (n < startBatch) continue;
    const batch = await readBatch(ledger, id);
    const bits = await ledger.redis.getBuffer(actionKeys(ledger).chosen(action.id, id));
    if (!batch || !bits) throw new CannotBeDone(`what was chosen of batch ${id} is not known any more`);
    const processes = await readProcesses(ledger, id);
    if (action.action === 'priority') await prioritise(tools, action, batch, bits);
    const feed = feedLater(ledger, batch, action.action === 'redrive');
    for (let from = n === startBatch ? startIndex : 0; ; ) {
      const first = firstChosen(bits, batch, from);
      if (first === undefined) break;
      const processIndex = Math.floor(first / batch.zoneCount);
      const provider = batch.providers[processIndex] ?? '';
      const due = await dueNow(ledger, action, provider);
      if (due === 0) {
        await feed.flushChanged();
        return false;
      }
      const indexes = sliceFrom(bits, batch, first, Math.min(due, sliceSize));
      from = (indexes.at(-1) ?? first) + 1;
      if (stop.aborted || !(await lease.hold())) return false;
      const to = `${n}:${from}`;
      const changed = await carryOutSlice(ledger, action, {
        batch,
        provider,
        processId: processes[processIndex]?.id ?? '',
        indexes,
        was: cursor,
        to,
      });
      if (changed < 0) return false;
      cursor = to;
      if (changed > 0) await feed.changed(provider);
      await pause(restMs, stop);
    }
    await feed.flush();
  }
  return true;
}

const isChosen = (bits: Buffer, index: number) => ((bits[index >> 3] ?? 0) >> (index & 7)) & 1;

function firstChosen(bits: Buffer, { taskCount }: BatchRecord, from: number): number | undefined {
  for (let index = from; index < taskCount; index++) if (isChosen(bits, index)) return index;
  return undefined;
}

/** Chosen places from the first one on, of its process alone. */
function sliceFrom(bits: Buffer, { zoneCount }: BatchRecord, first: number, most: number): number[] {
  const end = (Math.floor(first / zoneCount) + 1) * zoneCount;
  const slice: number[] = [];
  for (let index = first; index < end && slice.length < most; index++) if (isChosen(bits, index)) slice.push(index);
  return slice;
}

/** All chosen places, in slices of one process each. */
function* slicesOf(bits: Buffer, batch: BatchRecord): Generator<number[]> {
  for (let from: number | undefined = 0; ; ) {
    from = firstChosen(bits, batch, from);
    if (from === undefined) return;
    const slice = sliceFrom(bits, batch, from, sliceSize);
    yield slice;
    from = (slice.at(-1) ?? from) + 1;
  }
}

/** What is queued again is put into the queue by the feeder: told now and then, and at the end in any case. */
function feedLater(ledger: LedgerContext, batch: BatchRecord, needed: boolean) {
  const waiting = new Set<string>(needed ? batch.providers : []);
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let isUntold = false;
  const flush = async () => {
    for (const provider of waiting) await rewindFeed(ledger, batch.id, provider);
    waiting.clear();
    isUntold = false;
    toldAtMs = performance.now();
  };
  return {
    flush,
    flushChanged: async () => isUntold && flush(),
    async changed(provider: string) {
      if (!needed) return;
      waiting.add(provider);
      isUntold = true;
      if (performance.now() - toldAtMs > rewindEveryMs) await flush();
    },
  };
}

async function prioritise(tools: ActionTools, action: Action, batch: BatchRecord, bits: Buffer): Promise<void> {
  const priority = action.priority ?? 0;
  const isWhole = action.target.kind === 'batch';
  if (isWhole) await rankBatch(tools.ledger, batch, priority);
  const byProvider = new Map<string, number[]>();
  let moved = 0;
  for (const slice of slicesOf(bits, batch)) {
    if (moved >= mostMoved) break;
    const provider = batch.providers[Math.floor((slice[0] ?? 0) / batch.zoneCount)] ?? '';
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), ...slice]);
    moved += slice.length;
  }
  for (const [provider, indexes] of byProvider) {
    const queue = tools.launchQueue(provider);
    if (!queue) throw new CannotBeDone(`provider ${provider} is not configured here`);
    await moveInQueue(tools.ledger, queue, batch, indexes, priority > 0 ? 'first' : isWhole ? 'lastOfAll' : 'last');
  }
}

export interface ActionRunner {
  /** Looks for open actions now, not only when it is time. */
  kick(): void;
  /** Resolves once nothing is under way any more. */
  stop(): Promise<void>;
}

const lookEveryMs = 2_000;

/**
 * Carries out what is open, its own and what others left behind.
 * @param canDo what this process can carry out; others may be able to do more
 */
export function startActionRunner(
  tools: ActionTools,
  canDo: (action: ActionKind) => boolean = () => true,
): ActionRunner {
  const stop = new AbortController();
  let wake = () => {};
  let isKicked = false;
  const loop = (async () => {
    while (!stop.signal.aborted) {
      isKicked = false;
      try {
        for (const id of await openActions(tools.ledger)) {
          if (stop.signal.aborted) break;
          const action = await readAction(tools.ledger, id);
          if (!action || canDo(action.action)) await runAction(tools, id, stop.signal);
        }
      } catch (error) {
        tools.log.warn({ error: (error as Error).message }, 'action not carried out, trying again');
      }
      const kicked = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = new AbortController();
      if (isKicked) continue;
      await Promise.race([kicked, pause(lookEveryMs, AbortSignal.any([stop.signal, timer.signal]))]);
      timer.abort();
    }
  })();
  return {
    kick() {
      isKicked = true;
      wake();
    },
    async stop() {
      stop.abort();
      wake();
      await loop;
    },
  };
}
