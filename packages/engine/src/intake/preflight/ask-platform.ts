import type { CallFailure, Catalogue } from '@nightpass/core';
import { ledgerNow } from '../../ledger/reading.ts';
import { reserveSlot } from '../../pacing/pace.ts';
import { callWith, type ReadBudget } from '../../pacing/read-slot.ts';
import { countAnswer } from '../../pacing/troubles.ts';
import { pause } from '../../pause.ts';
import type { Told, Unanswered } from './preflight.ts';
import type { Sample } from './samples.ts';

/** One question to a platform, from the read budget that it has for everything. A held platform is not asked, but by its probe. */
export async function askPlatform(
  catalogue: Catalogue,
  { task }: Sample,
  budget: ReadBudget,
  signal: AbortSignal,
): Promise<Told> {
  const slot = await slotOf(budget, signal);
  if (slot.kind === 'unasked') return slot;
  const told = await catalogue.check(task, callWith(budget, signal));
  if (told.kind !== 'fits' && told.kind !== 'unfit') return unansweredBy(told, budget.limits.probeEveryMs);
  if (slot.probes) await countAnswer(budget.ledger, budget.name);
  return told;
}

const unasked = (reason: string, againInMs: number): Unanswered => {
  return { kind: 'unasked', because: 'platform', reason, againInMs };
};

type ReadSlot = { kind: 'go'; probes: boolean } | Unanswered;

async function slotOf({ ledger, name, limits }: ReadBudget, signal: AbortSignal): Promise<ReadSlot> {
  for (;;) {
    const slot = await reserveSlot(ledger, name, 'read', limits);
    if (slot.kind === 'held') {
      const waitMs = slot.untilMs === undefined ? 60_000 : slot.untilMs - (await ledgerNow(ledger));
      return unasked(`it is held (${slot.hold}): ${slot.reason}`, Math.min(60_000, Math.max(1_000, waitMs)));
    }
    const waitMs = slot.kind === 'full' ? 1_000 : slot.waitMs;
    if (!(await pause(waitMs, signal))) return unasked('its read pace had no room', 5_000);
    if (slot.kind === 'go') return { kind: 'go', probes: slot.probe !== undefined };
  }
}

/** @param retryMs when to ask again, where the platform names no time */
export function unansweredBy(failure: CallFailure, retryMs?: number): Unanswered {
  const reason = `${failureWords(failure)}: ${failure.reason}`;
  const toldMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
  const ms = toldMs === undefined ? retryMs : Math.min(600_000, Math.max(1_000, toldMs));
  return { kind: 'unasked', because: 'platform', failure, reason, ...(ms === undefined ? {} : { againInMs: ms }) };
}

function failureWords({ kind }: CallFailure): string {
  switch (kind) {
    case 'unauthorized':
      return 'it refuses our credentials';
    case 'throttled':
    case 'quota':
      return 'it asks for patience';
    case 'rejected':
      return 'it refuses to tell';
    case 'notSent':
    case 'ambiguous':
      return 'it cannot be asked';
    default:
      return kind satisfies never;
  }
}
