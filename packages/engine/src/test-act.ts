import { type BatchId, silentLog } from '@nightpass/core';
import type { RedrivablePhase, Target, TaskAction, Wanted } from './actions/action.ts';
import { beginAction, readAction } from './actions/action-log.ts';
import { chooseTasks } from './actions/choose.ts';
import { runAction } from './actions/run-action.ts';
import type { LedgerContext } from './ledger/context.ts';

/** For tests: what people do to a batch, in one call: chosen, begun, carried out. */

async function act(ledger: LedgerContext, action: TaskAction, target: Target, by: { who: string; why: string }) {
  const wanted: Wanted = { action, target };
  const choice = await chooseTasks(ledger, wanted, by.who);
  await beginAction(ledger, choice.id, { wanted, role: 'operator', ...by });
  const never = new AbortController().signal;
  for (let turn = 0; turn < 3; turn++) {
    await runAction({ ledger, launchQueue: () => undefined, log: silentLog }, choice.id, never);
    const its = await readAction(ledger, choice.id);
    if (its?.state === 'done') return { choice, changed: its.changed };
  }
  throw new Error(`the ${action} of ${choice.tasks} tasks did not end`);
}

/** @returns how many tasks are queued again */
export async function redriveBatch(
  ledger: LedgerContext,
  id: BatchId,
  by: { phases: readonly RedrivablePhase[]; who: string },
): Promise<number> {
  const target: Target = { kind: 'filter', filter: { batch: id, phases: by.phases } };
  const { changed } = await act(ledger, 'redrive', target, { who: by.who, why: '' });
  return changed;
}

/** @returns how many ended at once, and how many are cancelled on their platform */
export async function cancelBatch(
  ledger: LedgerContext,
  id: BatchId,
  { reason }: { reason: string },
): Promise<{ ended: number; remote: number }> {
  const { choice } = await act(ledger, 'cancel', { kind: 'batch', batch: id }, { who: 'a test', why: reason });
  const { queued = 0 } = choice.phases;
  return { ended: queued, remote: choice.tasks - queued };
}
