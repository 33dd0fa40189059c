import type { LedgerContext } from '../ledger/context.ts';
import { type PlacedHold, readHolds } from '../pacing/holds.ts';
import { type Notice, parseNotice } from './notice.ts';
import { noticeKeys } from './notice-keys.ts';

/** Why whole providers waited in a span of time, as people were told of it, and what holds them now. */
export interface PastHold {
  provider: string;
  /** `outage`, `credentials` … */
  kind: string;
  /** Undefined where it was told too long ago. */
  reason: string | undefined;
  fromMs: number;
  /** Undefined: it lasts. */
  toMs: number | undefined;
}

/** What is no longer on record (the newest 1,000 notices are) is left out, and so is what was never told: short waits. */
export async function readPastHolds(
  ledger: LedgerContext,
  providers: readonly string[],
  { fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number },
): Promise<PastHold[]> {
  const entries = await ledger.redis.xrange(noticeKeys(ledger).notices, '-', '+');
  const notices = entries.flatMap(([id, fields]) => {
    const notice = parseNotice(id, fields[fields.indexOf('notice') + 1] ?? '');
    return notice ? [notice] : [];
  });
  const lasting = await Promise.all(
    providers.map(async (provider) =>
      (await readHolds(ledger, provider, nowMs)).map((hold) => lastingHold(provider, hold)),
    ),
  );
  return [...endedHolds(notices), ...lasting.flat()]
    .filter((hold) => providers.includes(hold.provider) && hold.fromMs <= toMs && (hold.toMs ?? nowMs) >= fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

function lastingHold(provider: string, { kind, reason, sinceMs }: PlacedHold): PastHold {
  return { provider, kind, reason, fromMs: sinceMs, toMs: undefined };
}

function endedHolds(notices: readonly Notice[]): PastHold[] {
  const reasons = new Map<string, string>();
  return notices.flatMap((notice) => {
    if (notice.kind === 'provider-held') {
      reasons.set(`${notice.provider} ${notice.facts.hold}`, notice.facts.reason);
    }
    if (notice.kind !== 'provider-released') return [];
    const { provider, atMs, facts } = notice;
    return facts.holds.map((kind) => ({
      provider,
      kind,
      reason: reasons.get(`${provider} ${kind}`),
      fromMs: facts.sinceMs,
      toMs: atMs,
    }));
  });
}
