import type { BatchId } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';

/** Keys of the intake, in Redis. */
export function intakeKeys({ keys }: LedgerContext) {
  return {
    /** Set of `<inbox id>/<file>`: every drop of this content, in any inbox. Each gets the results. */
    drops: (id: BatchId) => `${keys.batch(id)}:drops`,
    inbox(inboxId: string) {
      const base = `${keys.prefix}:inbox:${inboxId}`;
      return {
        /** Which producer serves the inbox. */
        lease: `${base}:lease`,
        /** Hash: file -> JSON of a taking that has begun and not ended. */
        taking: `${base}:taking`,
        /** Set of JSON [endedAtMs, batch id, file]: results to be written into this inbox. */
        results: `${base}:results`,
        /** JSON [ms, clock time, time zone]: when the next reports of open batches are due. */
        reportsDue: `${base}:reports-due`,
      };
    },
  };
}
