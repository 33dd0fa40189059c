import { randomBytes } from 'node:crypto';
import { type BatchId, type Phase, span } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import {
  digestOf,
  isTaskAction,
  misfit,
  phasesTouched,
  type Target,
  usualRedrive,
  type Wanted,
  wantedWords,
} from './action.ts';
import { actionKeys } from './action-keys.ts';
import { lastsMs } from './own-pace.ts';
import { type Found, selectByFilter, selectByName } from './select.ts';

/** Choosing the tasks of an action: counted exactly, and kept as chosen, so that what is begun is what was seen. */

export interface Choice {
  /** Of the action that may be begun with it; unguessable. */
  id: string;
  expiresAtMs: number;
  /** Chosen: those that the action may touch. */
  tasks: number;
  matched: number;
  phases: Partial<Record<Phase, number>>;
  untouched: Partial<Record<Phase, number>>;
  providers: Record<string, number>;
  batches: Record<string, number>;
}

const keptMs = 15 * 60_000;
/** So many can be put first, or last: each is moved within the queue by itself. */
export const mostMoved = 10_000;

/** A redrive with a pace of its own may last so long: what was chosen is known for a month. */
const longestMs = 7 * 86_400_000;

/** What cannot be done as it was asked for. */
export class NotPossible extends Error {}

/** The dry run of an action: the same walk, and no task is written to. */
export async function chooseTasks(ledger: LedgerContext, wanted: Wanted, who: string): Promise<Choice> {
  const wrong = misfit(wanted);
  if (wrong !== undefined) throw new NotPossible(wrong);
  const { action, target } = wanted;
  const nowMs = await ledgerNow(ledger);
  const choice: Choice = {
    id: randomBytes(16).toString('hex'),
    expiresAtMs: nowMs + keptMs,
    tasks: 0,
    matched: 0,
    phases: {},
    untouched: {},
    providers: target.kind === 'provider' ? { [target.provider]: 0 } : {},
    batches: {},
  };
  const touched = new Set<Phase>(isTaskAction(action) ? phasesTouched(action) : []);
  for (const phase of leftAlone(wanted)) touched.delete(phase);
  const bits = new Map<BatchId, Buffer>();
  for await (const { batch, processIndex, tasks } of found(ledger, target)) {
    const own = bits.get(batch.id) ?? Buffer.alloc(Math.ceil(batch.taskCount / 8));
    bits.set(batch.id, own);
    for (const { index, phase } of tasks) {
      choice.matched += 1;
      if (!touched.has(phase)) {
        choice.untouched[phase] = (choice.untouched[phase] ?? 0) + 1;
        continue;
      }
      own[index >> 3] = (own[index >> 3] ?? 0) | (1 << (index & 7));
      choice.tasks += 1;
      choice.phases[phase] = (choice.phases[phase] ?? 0) + 1;
      choice.batches[batch.id] = (choice.batches[batch.id] ?? 0) + 1;
      const provider = batch.providers[processIndex] ?? '';
      choice.providers[provider] = (choice.providers[provider] ?? 0) + 1;
    }
  }
  if (action === 'priority' && target.kind !== 'batch' && choice.tasks > mostMoved) {
    throw new NotPossible(`at most ${mostMoved} tasks can be moved at a time; these are ${choice.tasks}`);
  }
  const forMs = lastsMs(choice.tasks, wanted);
  if (forMs > longestMs) {
    throw new NotPossible(
      `at this pace ${choice.tasks} tasks take ${span(forMs)}: give one that is over within a week`,
    );
  }
  await keep(ledger, wanted, who, choice, bits, nowMs);
  return choice;
}

/** Unless it is asked for by phase or cause: what was ended on purpose, or may run on its platform. */
function leftAlone({ action, target }: Wanted): readonly Phase[] {
  const isByName = target.kind === 'tasks' || target.kind === 'family';
  const isNamed = target.kind === 'filter' && (target.filter.phases || target.filter.family);
  if (action !== 'redrive' || isByName || isNamed) return [];
  return phasesTouched('redrive').filter((phase) => !usualRedrive.includes(phase));
}

function found(ledger: LedgerContext, target: Target): AsyncGenerator<Found> {
  switch (target.kind) {
    case 'tasks':
      return selectByName(ledger, target.tasks);
    case 'filter':
      return selectByFilter(ledger, target.filter);
    case 'family':
      return selectByFilter(ledger, { batch: target.batch, family: target.family });
    case 'batch':
      return selectByFilter(ledger, { batch: target.batch });
    case 'provider':
      return (async function* () {})();
    default:
      return target satisfies never;
  }
}

async function keep(
  { redis, keys }: LedgerContext,
  wanted: Wanted,
  who: string,
  choice: Choice,
  bits: ReadonlyMap<BatchId, Buffer>,
  nowMs: number,
): Promise<void> {
  const named = actionKeys({ keys });
  const chosen = [...bits].filter(([batch]) => choice.batches[batch] !== undefined);
  const pipeline = redis.multi();
  for (const [batch, own] of chosen) pipeline.set(named.chosen(choice.id, batch), own, 'PX', keptMs);
  pipeline.hset(named.action(choice.id), {
    state: 'previewed',
    action: wanted.action,
    target: JSON.stringify(wanted.target),
    ...(wanted.priority !== undefined && { priority: wanted.priority }),
    ...(wanted.holds && { holds: JSON.stringify(wanted.holds) }),
    ...(wanted.perMinute !== undefined && { perMinute: wanted.perMinute }),
    wanted: digestOf(wanted),
    words: wantedWords(wanted),
    who,
    tasks: choice.tasks,
    previewedAt: nowMs,
    batches: JSON.stringify(chosen.map(([batch]) => batch)),
    phases: JSON.stringify(Object.keys(choice.phases)),
  });
  pipeline.pexpire(named.action(choice.id), keptMs);
  await pipeline.exec();
}
