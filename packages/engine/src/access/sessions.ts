import { createHash, randomBytes } from 'node:crypto';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { accessKeys } from './access-keys.ts';

/** Who is signed in. Redis knows a session by the digest of its cookie, so that reading Redis opens none. */
export interface Session {
  user: string;
  /** What of the user must not have changed since: a session ends with its password. */
  mark: string;
  expiresAtMs: number;
}

export interface SessionSpan {
  idleMs: number;
  longestMs: number;
}

const digestOf = (cookie: string) => createHash('sha256').update(cookie).digest('base64url');

/** @returns what its cookie holds */
export async function openSession(
  ledger: LedgerContext,
  who: { user: string; mark: string },
  span: SessionSpan,
): Promise<{ cookie: string; expiresAtMs: number }> {
  const cookie = randomBytes(32).toString('base64url');
  const expiresAtMs = (await ledgerNow(ledger)) + span.longestMs;
  const key = accessKeys(ledger).session(digestOf(cookie));
  const { idleMs, longestMs } = span;
  await ledger.redis
    .multi()
    .hset(key, { user: who.user, mark: who.mark, expiresAt: expiresAtMs })
    .pexpire(key, Math.min(idleMs, longestMs))
    .exec();
  return { cookie, expiresAtMs };
}

/** Keeps it awake. Undefined where it is over, or never was. */
export async function findSession(
  ledger: LedgerContext,
  cookie: string,
  span: SessionSpan,
): Promise<Session | undefined> {
  if (!/^[\w-]{43}$/.test(cookie)) return undefined;
  const key = accessKeys(ledger).session(digestOf(cookie));
  const [[user, mark, expiresAt], nowMs] = await Promise.all([
    ledger.redis.hmget(key, 'user', 'mark', 'expiresAt'),
    ledgerNow(ledger),
  ]);
  const leftMs = Number(expiresAt) - nowMs;
  if (!user || !mark || !(leftMs > 0)) return undefined;
  await ledger.redis.pexpire(key, Math.ceil(Math.min(span.idleMs, leftMs)));
  return { user, mark, expiresAtMs: Number(expiresAt) };
}

export async function closeSession(ledger: LedgerContext, cookie: string): Promise<void> {
  await ledger.redis.del(accessKeys(ledger).session(digestOf(cookie)));
}
