import { phaseByte } from '@nightpass/core';
import { z } from 'zod';
import type { BatchRecord } from '../ledger/batch-record.ts';
import { type LedgerContext, phaseKeys } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import type { Action, TaskAction } from './action.ts';
import { actionKeys } from './action-keys.ts';
import { everyMsOf, mostBehindMs } from './own-pace.ts';

/** One slice of an action in the ledger. Each is one script, done once. */

const place = ['action', 'batch', 'grid', 'counts', 'ended', 'due'] as const;
const move = ['was', 'to', 'zones', 'prefix'] as const;
const reply = z.number();

const redriveScript = defineScript('act-redrive', {
  keys: place,
  args: [...move, 'asOf', 'phases', 'everyMs', 'behindMs', 'id', 'by'],
  reply,
});
const cancelScript = defineScript('act-cancel', { keys: place, args: [...move, 'whole', 'by'], reply });
const parkScript = defineScript('act-park', {
  keys: [...place, 'inflight', 'launching', 'doubt'],
  args: [...move, 'by'],
  reply,
});
const noteScript = defineScript('act-note', {
  keys: ['action', 'batch', 'grid'],
  args: [...move, 'text'],
  reply,
});

export interface Slice {
  batch: BatchRecord;
  provider: string;
  processId: string;
  /** Places in the grid. */
  indexes: readonly number[];
  /** The action's cursor before and after it. */
  was: string;
  to: string;
}

/** @returns how many tasks it changed; -1: another has done it, or the action is over */
export async function carryOutSlice(ledger: LedgerContext, action: Action, slice: Slice): Promise<number> {
  const { redis, keys } = ledger;
  const { batch, indexes, was, to } = slice;
  const its = keys.provider(slice.provider);
  const where = { action: actionKeys(ledger).action(action.id), ...phaseKeys(keys, batch.id), due: its.due };
  const moves = { was, to, zones: batch.zoneCount, prefix: keys.taskPrefix };
  const rest = { args: [...indexes] };
  const by = byWords(action);
  switch (action.action as TaskAction) {
    case 'redrive': {
      const phases = action.phases.map((phase) => phaseByte[phase]).join('');
      const pace = { everyMs: everyMsOf(action) ?? '', behindMs: mostBehindMs, id: action.id };
      return redriveScript(redis, where, { ...moves, asOf: action.previewedAtMs, phases, ...pace, by }, rest);
    }
    case 'cancel':
      return cancelScript(redis, where, { ...moves, whole: action.target.kind === 'batch' ? '1' : '0', by }, rest);
    case 'park': {
      const { processId } = slice;
      const sets = { inflight: its.inflight, launching: its.launching + processId, doubt: its.doubt + processId };
      return parkScript(redis, { ...where, ...sets }, { ...moves, by }, rest);
    }
    case 'priority': {
      const text = `queued: put ${(action.priority ?? 0) > 0 ? 'first' : 'last'} by ${by}`;
      return noteScript(redis, where, { ...moves, text }, rest);
    }
    default:
      return action.action satisfies string as never;
  }
}

/** e.g. `anna: wrong dataset (action 3f…)` */
const byWords = ({ who, why, id }: Action) => `${who}${why ? `: ${why}` : ''} (action ${id.slice(0, 8)})`;
