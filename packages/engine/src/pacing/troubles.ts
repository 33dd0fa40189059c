import type { LedgerContext } from '../ledger/context.ts';
import { liftHold, placeHold } from './holds.ts';

/** The breaker: counts failures in a row across all workers; enough of them hold the provider, one success frees it. */

/** So many answers in a row that were none: it is the platform, not the task. */
export const troublesToHold = 5;

/** @returns 'new' where this trouble has just opened the breaker. */
export async function countTrouble(
  ledger: LedgerContext,
  provider: string,
  trouble: { reason: string; probeEveryMs: number },
): Promise<'new' | 'kept' | undefined> {
  const { troubles, holds } = ledger.keys.provider(provider);
  const n = await ledger.redis.incr(troubles);
  // A held provider is asked by single probes: it would take hours until enough of them have failed in a row.
  const probing = (await ledger.redis.hexists(holds, 'credentials')) === 1;
  if (n < troublesToHold && !probing) return undefined;
  const reason =
    n < troublesToHold ? `no answer: ${trouble.reason}` : `${n} answers in a row failed, the last: ${trouble.reason}`;
  return placeHold(ledger, provider, { kind: 'outage', forMs: trouble.probeEveryMs, reason });
}

/** The platform answered sensibly. @returns whether a hold was lifted by it. */
export async function countAnswer(ledger: LedgerContext, provider: string): Promise<boolean> {
  const [, lifted] = await Promise.all([
    ledger.redis.del(ledger.keys.provider(provider).troubles),
    liftHold(ledger, provider, ['outage', 'credentials']),
  ]);
  return lifted;
}
