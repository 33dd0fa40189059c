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

/** So many launches refused in a row: it may be the address, not the tasks. Asked again after each `refusalsMore`. */
const refusalsToDoubt = 10;
const refusalsMore = 100;

/** A launch was refused. @returns whether it is time to ask whether the platform is there at all. */
export async function countRefusal({ redis, keys }: LedgerContext, provider: string): Promise<boolean> {
  const n = await redis.incr(keys.provider(provider).refusals);
  return n === refusalsToDoubt || (n > refusalsToDoubt && n % refusalsMore === 0);
}

/** How many launches were refused in a row, where that is enough to doubt the address; 0 where not. */
export async function doubtfulRefusals({ redis, keys }: LedgerContext, provider: string): Promise<number> {
  const n = Number((await redis.get(keys.provider(provider).refusals)) ?? 0);
  return n >= refusalsToDoubt ? n : 0;
}

export async function forgetRefusals({ redis, keys }: LedgerContext, provider: string): Promise<void> {
  await redis.del(keys.provider(provider).refusals);
}

/** The platform answered sensibly. @returns whether a hold was lifted by it. */
export async function countAnswer(ledger: LedgerContext, provider: string): Promise<boolean> {
  const [, lifted] = await Promise.all([
    ledger.redis.del(ledger.keys.provider(provider).troubles),
    liftHold(ledger, provider, ['outage', 'credentials']),
  ]);
  return lifted;
}
