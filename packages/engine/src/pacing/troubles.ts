import type { LedgerContext } from '../ledger/context.ts';
import { liftHold, placeHold } from './holds.ts';

/** The breaker: counts failures in a row across all workers; enough of them hold the provider, one success frees it. */

/** So many answers in a row that were none: it is the platform, not the task. */
export const troublesToHold = 5;

/** @returns 'new' where this trouble has just opened the breaker. */
export async function countTrouble(
  ledger: LedgerContext,
  provider: string,
  reason: string,
): Promise<'new' | 'kept' | undefined> {
  const key = ledger.keys.provider(provider).troubles;
  const n = await ledger.redis.incr(key);
  if (n < troublesToHold) return undefined;
  return placeHold(ledger, provider, {
    kind: 'outage',
    forMs: undefined,
    reason: `${n} answers in a row failed, the last: ${reason}`,
  });
}

/** The platform answered sensibly. @returns whether a hold was lifted by it. */
export async function countAnswer(ledger: LedgerContext, provider: string): Promise<boolean> {
  const [, lifted] = await Promise.all([
    ledger.redis.del(ledger.keys.provider(provider).troubles),
    liftHold(ledger, provider, ['outage', 'credentials']),
  ]);
  return lifted;
}
