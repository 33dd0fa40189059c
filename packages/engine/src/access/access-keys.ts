import type { LedgerContext } from '../ledger/context.ts';

/** Keys of who may come in, in Redis. No secret stands in any of them. */
export function accessKeys({ keys }: Pick<LedgerContext, 'keys'>) {
  const base = `${keys.prefix}:access`;
  return {
    /** Hash: token id -> JSON; and when each was last used. */
    tokens: `${base}:tokens`,
    tokensUsed: `${base}:tokens:used`,
    /** Hash of one session, by the digest of what its cookie holds. */
    session: (digest: string) => `${base}:session:${digest}`,
    /** How many sign-ins of late have failed, by name or address. */
    attempts: (who: string) => `${base}:attempts:${who}`,
  };
}
