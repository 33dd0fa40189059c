import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import type { Notice, NoticeKind } from './notice.ts';
import { noteTry, readChannel, readNotices } from './notice-log.ts';
import { type Message, writeMessage } from './notice-text.ts';

/** One channel's turn: everything that waits for it goes out as one message, and only then does its cursor move. */

export interface NoticeChannel {
  /** Its cursor is kept under this name. Holds no secret. */
  name: string;
  only: readonly NoticeKind[] | undefined;
  /** Expected trouble is a value, and its reason holds no secret. */
  send(message: Message): Promise<{ kind: 'sent' } | { kind: 'failed'; reason: string }>;
}

export type Delivery =
  /** Nothing to tell, or not yet: more may come to be told together. */
  { kind: 'idle' } | { kind: 'sent'; notices: number } | { kind: 'failed'; reason: string; dropped: number };

/** Notices told in one message. */
const atOnce = 200;
/** A notice waits so long for others to be told together with it. */
export const gatherMs = 2_000;
/** A notice that could not be delivered for so long is dropped. */
export const giveUpMs = 3_600_000;

/** How many of the first notices have been tried for too long. */
export function givenUp(notices: readonly Pick<Notice, 'atMs'>[], failingSinceMs: number, nowMs: number): number {
  const next = notices.findIndex(({ atMs }) => Math.max(atMs, failingSinceMs) + giveUpMs > nowMs);
  return next < 0 ? notices.length : next;
}

export async function deliverOnce(
  ledger: LedgerContext,
  channel: NoticeChannel,
  about: { boardUrl?: string | undefined; reportsBeside?: boolean; gatherMs?: number } = {},
): Promise<Delivery> {
  const state = await readChannel(ledger, channel.name);
  const entries = await readNotices(ledger, state.cursor, atOnce);
  const last = entries.at(-1);
  if (!last) return { kind: 'idle' };
  const notices = entries.flatMap(({ notice }) =>
    notice && (channel.only?.includes(notice.kind) ?? true) ? [notice] : [],
  );
  const [first] = notices;
  if (!first) {
    await noteTry(ledger, channel.name, state.cursor, { kind: 'skipped', cursor: last.id, dropped: 0 });
    return { kind: 'idle' };
  }
  const nowMs = await ledgerNow(ledger);
  if (nowMs - first.atMs < (about.gatherMs ?? gatherMs)) return { kind: 'idle' };

  const answer = await channel.send(writeMessage(notices, { ...about, dropped: state.dropped }));
  if (answer.kind === 'sent') {
    // Should we die before this, the message is sent once more.
    await noteTry(ledger, channel.name, state.cursor, { kind: 'sent', cursor: last.id, dropped: 0 });
    return { kind: 'sent', notices: notices.length };
  }
  const dropped = state.failingSinceMs === undefined ? 0 : givenUp(notices, state.failingSinceMs, nowMs);
  const cursor = notices[dropped - 1]?.id ?? state.cursor;
  await noteTry(ledger, channel.name, state.cursor, { kind: 'failed', cursor, dropped });
  return { kind: 'failed', reason: answer.reason, dropped };
}
