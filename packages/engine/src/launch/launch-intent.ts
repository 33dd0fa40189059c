import { createHash } from 'node:crypto';
import { type Task, windowAt } from '@nightpass/core';
import { probeProvider } from '../health.ts';
import type { BatchRecord } from '../ledger/batch-record.ts';
import { type Intent, type IntentOptions, type TaskPlace, writeIntent } from '../ledger/launching.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { placeHold } from '../pacing/holds.ts';
import { reserveSlot } from '../pacing/pace.ts';
import { pause } from '../pause.ts';
import type { ProviderRun } from '../provider-run.ts';

/** What comes before the POST: a slot, and the intent on record. */

/** While the provider is held or full, this often it is asked again. */
const askAgainMs = 500;
/** With no word from a launcher for this long, its answer counts as lost: more than a POST may take, and a lock may last. */
export const orphanMs = 5 * 60_000;

export type Go = Extract<Intent, { kind: 'go' }> & {
  /** When the intent was asked for, on this process's monotonic clock. */
  askedMs: number;
};

/** Waits for a slot and writes the intent. @returns undefined when we are stopping. */
export async function intend(
  run: ProviderRun,
  at: TaskPlace,
  { task, token, over }: { task: Task; token: string; over: boolean },
  stop: AbortSignal,
): Promise<Exclude<Intent, { kind: 'go' }> | Go | undefined> {
  const options = intentOptions(run, task, token);
  // What will not be launched any more waits for no slot: a held provider would keep its batch from ending.
  if (over) {
    const askedMs = performance.now();
    const intent = await writeIntent(run.ledger, at, { ...options, maxInFlight: 0 });
    return intent.kind === 'go' ? { ...intent, askedMs } : intent;
  }
  const slot = await reserveSlot(run.ledger, run.name, 'launch', run.limits);
  const waitMs = slot.kind === 'go' ? slot.waitMs : slot.kind === 'later' ? Math.min(slot.waitMs, 5_000) : askAgainMs;
  if (!(await pause(waitMs, stop))) return undefined;
  if (slot.kind !== 'go') return { kind: 'held' };
  // Only a launch can tell whether the quota is still full; of all else a harmless request tells as well.
  if (slot.probe !== undefined && slot.probe !== 'quota') {
    await probeProvider(run, stop);
    return { kind: 'held' };
  }
  if (await isOutsideWindow(run)) return { kind: 'held' };
  for (;;) {
    const askedMs = performance.now();
    const intent = await writeIntent(run.ledger, at, { ...options, probe: slot.probe });
    if (intent.kind === 'go') return { ...intent, askedMs };
    // Some launch before this one was late: the sliding second is full for a few more milliseconds.
    if (intent.kind !== 'wait') return intent;
    if (!(await pause(intent.ms, stop))) return undefined;
  }
}

const intentOptions = ({ limits, adapter }: ProviderRun, task: Task, token: string): IntentOptions => ({
  token,
  maxInFlight: limits.maxInFlight,
  launchesPerSecond: limits.launchesPerSecond,
  orphanMs,
  probe: undefined,
  alone: adapter.findsBy === 'elimination',
  likeness: likenessOf(adapter.aloneWith?.(task)),
});

/** Short, whatever the adapter compares. */
function likenessOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Whether nothing of the batch may be launched any more. The intent decides it, on Redis's clock. */
export async function isOver(
  { ledger }: ProviderRun,
  { cancelledAtMs, launchByMs, deadlineMs }: BatchRecord,
): Promise<boolean> {
  const lastMs = Math.min(launchByMs ?? Number.POSITIVE_INFINITY, deadlineMs ?? Number.POSITIVE_INFINITY);
  if (cancelledAtMs !== undefined) return true;
  return Number.isFinite(lastMs) && lastMs < (await ledgerNow(ledger));
}

/** Outside its hours the provider is held, for all workers, until they begin. */
async function isOutsideWindow({ ledger, name, limits: { window }, log }: ProviderRun): Promise<boolean> {
  if (!window) return false;
  const nowMs = await ledgerNow(ledger);
  const state = windowAt(window, nowMs);
  if (state.open) return false;
  const reason = `launches go from ${window.from} to ${window.to} (${window.timeZone})`;
  const placed = await placeHold(ledger, name, { kind: 'window', forMs: state.opensAtMs - nowMs, reason });
  if (placed === 'new') log.info({ opensAtMs: state.opensAtMs }, 'provider held until its window opens');
  return true;
}
