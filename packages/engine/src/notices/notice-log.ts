import { z } from 'zod';
import { createLease, type Lease } from '../lease.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { defineScript } from '../ledger/script.ts';
import { type Notice, parseNotice } from './notice.ts';
import { noticeKeys } from './notice-keys.ts';

/** Reading what is to be told, and how far each channel has come with it. */

const cursorScript = defineScript('notice-cursor', {
  keys: ['channel'],
  args: ['was', 'cursor', 'outcome', 'dropped'],
  reply: z.number(),
});

/** A channel that is new hears of what happened so long ago, and not of last week. */
const newChannelHearsMs = 10 * 60_000;

export interface ChannelState {
  cursor: string;
  /** Since when every try has failed. */
  failingSinceMs: number | undefined;
  /** Notices given up since the last that arrived. */
  dropped: number;
}

/** One herald of an installation speaks at a time. */
export const createHeraldLease = (ledger: LedgerContext, ms: number): Lease =>
  createLease(ledger.redis, noticeKeys(ledger).lease, ms);

export async function readChannel(ledger: LedgerContext, channel: string): Promise<ChannelState> {
  const key = noticeKeys(ledger).channel(channel);
  const [cursor, failingSince, dropped] = await ledger.redis.hmget(key, 'cursor', 'failingSince', 'dropped');
  if (!cursor) {
    await ledger.redis.hsetnx(key, 'cursor', `${(await ledgerNow(ledger)) - newChannelHearsMs}-0`);
    return readChannel(ledger, channel);
  }
  return { cursor, failingSinceMs: failingSince ? Number(failingSince) : undefined, dropped: Number(dropped ?? 0) };
}

/** Notices after a cursor, oldest first; `undefined` stands for one that this version cannot read. */
export async function readNotices(
  ledger: LedgerContext,
  after: string,
  limit: number,
): Promise<{ id: string; notice: Notice | undefined }[]> {
  const entries = await ledger.redis.xrange(noticeKeys(ledger).notices, `(${after}`, '+', 'COUNT', limit);
  return entries.map(([id, fields]) => {
    const json = fields[fields.indexOf('notice') + 1] ?? '';
    return { id, notice: parseNotice(id, json) };
  });
}

/** @returns false where another herald moved the cursor meanwhile. */
export async function noteTry(
  ledger: LedgerContext,
  channel: string,
  was: string,
  outcome: { kind: 'sent' | 'skipped' | 'failed'; cursor: string; dropped: number },
): Promise<boolean> {
  const done = await cursorScript(
    ledger.redis,
    { channel: noticeKeys(ledger).channel(channel) },
    { was, cursor: outcome.cursor, outcome: outcome.kind, dropped: outcome.dropped },
  );
  return done === 1;
}
