import type { Call } from '@nightpass/core';
import { ledgerNow } from '../ledger/reading.ts';
import { pause } from '../pause.ts';
import type { ProviderRun } from '../provider-run.ts';
import { reserveSlot } from './pace.ts';

/** Whose read budget. */
export type ReadBudget = Pick<ProviderRun, 'ledger' | 'name' | 'limits'>;

/** A slot taken this late is given up for another: after a standstill all that waited would be sent together. */
const lateMs = 100;
/** Where everything is always late, reads go on nevertheless. */
const givenUpAtMost = 3;

/** Waits for one slot of the read budget. @returns ms to come again where there is none: held, or we are stopping (0). */
export async function readSlot(run: ReadBudget, stop: AbortSignal): Promise<number | undefined> {
  for (let givenUp = 0; ; ) {
    const slot = await reserveSlot(run.ledger, run.name, 'read', run.limits);
    const givenMs = performance.now();
    switch (slot.kind) {
      case 'go': {
        if (!(await pause(slot.waitMs, stop))) return 0;
        const isLate = performance.now() - givenMs - slot.waitMs > lateMs;
        if (!isLate || slot.probe !== undefined || givenUp >= givenUpAtMost) return undefined;
        givenUp += 1;
        continue;
      }
      case 'later':
        if (!(await pause(slot.waitMs, stop))) return 0;
        continue;
      case 'held':
        return Math.min(
          60_000,
          Math.max(1_000, (slot.untilMs ?? Number.POSITIVE_INFINITY) - (await ledgerNow(run.ledger))),
        );
      case 'full':
        return 1_000;
      default:
        return slot satisfies never;
    }
  }
}

/** What an adapter's reads go by. A hold that comes between two of them ends the call. */
export function callWith(run: ReadBudget, signal: AbortSignal): Call {
  return { signal, readSlot: async () => (await readSlot(run, signal)) === undefined };
}
