import type { LedgerContext } from '../ledger/context.ts';

/** Keys of what people are told, in Redis. `include/move.lua` knows `notices`, `underway` and `quiet-since` by name. */
export function noticeKeys({ keys }: Pick<LedgerContext, 'keys'>) {
  return {
    /** Stream of notices, the newest 1,000. */
    notices: `${keys.prefix}:notices`,
    /** Which herald delivers them. */
    lease: `${keys.prefix}:notices:lease`,
    /** Hash {cursor, failingSince, dropped} of one channel. */
    channel: (name: string) => `${keys.prefix}:notices:channel:${name}`,
    /** Hash: which holds of a provider were told, and when. */
    told: (provider: string) => `${keys.prefix}:provider:${provider}:told`,
  };
}
