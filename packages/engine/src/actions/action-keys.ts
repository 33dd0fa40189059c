import type { BatchId } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';

/** Keys of what people do, in Redis. */
export function actionKeys({ keys }: Pick<LedgerContext, 'keys'>) {
  return {
    /** Stream of what people did, the newest 100,000 or so. */
    audit: `${keys.prefix}:audit`,
    /** Zset: action id -> when it was begun. */
    open: `${keys.prefix}:actions:open`,
    /** Hash of one action, from its preview on. */
    action: (id: string) => `${keys.prefix}:action:${id}`,
    /** A bit for each task of the batch: whether it was chosen. */
    chosen: (id: string, batch: BatchId) => `${keys.prefix}:action:${id}:${batch}`,
    /** Who carries it out. */
    lease: (id: string) => `${keys.prefix}:action:${id}:lease`,
  };
}
