import type { Log } from '@nightpass/core';
import { createLease } from '../lease.ts';
import type { BatchRecord } from '../ledger/batch-record.ts';
import { readBatch, readProcesses } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { rewindFeed } from '../ledger/steering.ts';
import { liftHold, placeHold } from '../pacing/holds.ts';
import { pause } from '../pause.ts';
import type { TaskQueue } from '../queues.ts';
import type { Action } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { endAction, openActions, readAction } from './action-log.ts';
import { carryOutSlice } from './carry-out-slice.ts';
import { mostMoved } from './choose.ts';
import { moveInQueue, rankBatch } from './move-in-queue.ts';

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

/** @returns false where somebody else carries it out. @throws what Redis says; the action stays open then */
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
    for (const indexes of slicesOf(bits, batch, n === startBatch ? startIndex : 0)) {
      if (stop.aborted || !(await lease.hold())) return false;
      const processIndex = Math.floor((indexes[0] ?? 0) / batch.zoneCount);
      const to = `${n}:${(indexes.at(-1) ?? 0) + 1}`;
      const changed = await carryOutSlice(ledger, action, {
        batch,
        provider: batch.providers[processIndex] ?? '',
        processId: processes[processIndex]?.id ?? '',
        indexes,
        was: cursor,
        to,
      });
      if (changed < 0) return false;
      cursor = to;
      if (changed > 0) await feed.changed(batch.providers[processIndex] ?? '');
      await pause(restMs, stop);
    }
    await feed.flush();
  }
  return true;
}

/** The chosen places, in slices of one process each. */
function* slicesOf(bits: Buffer, batch: BatchRecord, from: number): Generator<number[]> {
  let slice: number[] = [];
  for (let index = from; index < batch.taskCount; index++) {
    if (slice.length > 0 && (slice.length === sliceSize || index % batch.zoneCount === 0)) {
      yield slice;
      slice = [];
    }
    if (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) slice.push(index);
  }
  if (slice.length > 0) yield slice;
}

/** What is queued again is put into the queue by the feeder: told now and then, and at the end in any case. */
function feedLater(ledger: LedgerContext, batch: BatchRecord, needed: boolean) {
  const waiting = new Set<string>(needed ? batch.providers : []);
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const flush = async () => {
    for (const provider of waiting) await rewindFeed(ledger, batch.id, provider);
    waiting.clear();
    toldAtMs = performance.now();
  };
  return {
    flush,
    async changed(provider: string) {
      if (!needed) return;
      waiting.add(provider);
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
  for (const slice of slicesOf(bits, batch, 0)) {
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

/** Carries out what is open, its own and what others left behind. */
export function startActionRunner(tools: ActionTools): ActionRunner {
  const stop = new AbortController();
  let wake = () => {};
  let isKicked = false;
  const loop = (async () => {
    while (!stop.signal.aborted) {
      isKicked = false;
      try {
        for (const id of await openActions(tools.ledger)) {
          if (!stop.signal.aborted) await runAction(tools, id, stop.signal);
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
