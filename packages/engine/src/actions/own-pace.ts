import type { BatchId } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { readHolds } from '../pacing/holds.ts';
import type { Action, Wanted } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { readAction } from './action-log.ts';

/**
 * A redrive at a pace of its own: so many tasks a minute are taken back to the queue, whence they are launched as any
 * other. The pace is kept in the action, on Redis's clock, by the script that takes them back.
 */

/** What was missed for longer than this, while nobody carried the action out or its provider was held, is not made up for. */
export const mostBehindMs = 5_000;

/** Milliseconds between two tasks; undefined: all at once. */
export const everyMsOf = ({ perMinute }: Pick<Wanted, 'perMinute'>): number | undefined =>
  perMinute === undefined ? undefined : 60_000 / perMinute;

/** How many tasks of this provider may be taken back now. While it is held, none: they would be launched in a heap after it. */
export async function dueNow(ledger: LedgerContext, action: Action, provider: string): Promise<number> {
  const everyMs = everyMsOf(action);
  if (everyMs === undefined) return Number.POSITIVE_INFINITY;
  const [nowMs, next] = await Promise.all([
    ledgerNow(ledger),
    ledger.redis.hget(actionKeys(ledger).action(action.id), 'nextAt'),
  ]);
  const behindMs = nowMs - Math.max(next === null ? nowMs : Number(next), nowMs - mostBehindMs);
  if (behindMs < 0 || (await readHolds(ledger, provider, nowMs)).length > 0) return 0;
  return 1 + Math.floor(behindMs / everyMs);
}

/** When the last task of the batch will have been taken back; undefined where no redrive takes any back by and by. */
export async function takenBackUntil(
  ledger: LedgerContext,
  batch: BatchId,
  nowMs: number,
): Promise<number | undefined> {
  const ids = await ledger.redis.smembers(ledger.keys.redrives(batch));
  const actions = await Promise.all(ids.map((id) => readAction(ledger, id)));
  const ends = actions.flatMap((it) =>
    it?.state === 'running' ? [nowMs + lastsMs(it.tasks - it.looked + 1, it)] : [],
  );
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** How long `tasks` take at least, in milliseconds. */
export const lastsMs = (tasks: number, { perMinute }: Pick<Wanted, 'perMinute'>): number =>
  Math.max(0, tasks - 1) * (everyMsOf({ perMinute }) ?? 0);
