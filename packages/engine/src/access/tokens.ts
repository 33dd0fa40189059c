import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Role, roles } from '@nightpass/core';
import { z } from 'zod';
import { actionKeys } from '../actions/action-keys.ts';
import { mostEntries } from '../actions/action-log.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { defineScript } from '../ledger/script.ts';
import { accessKeys } from './access-keys.ts';

/** Tokens for scripts. Redis holds their digests: 256 random bits need no slow hash. */
export interface ApiToken {
  id: string;
  name: string;
  role: Role;
  createdAtMs: number;
  createdBy: string;
  expiresAtMs: number | undefined;
  lastUsedAtMs: number | undefined;
}

const stored = z.object({
  name: z.string(),
  role: z.enum(roles),
  digest: z.string(),
  createdAtMs: z.number(),
  createdBy: z.string(),
  expiresAtMs: z.number().optional(),
});

const revokeScript = defineScript('revoke-token', {
  keys: ['tokens', 'used', 'audit'],
  args: ['id', 'who', 'role', 'most'],
  reply: z.number(),
});

/** Who makes or revokes one, as it stands in the audit log. */
export interface TokenMaker {
  who: string;
  role: Role;
}

const pattern = /^np_([0-9a-f]{12})_([\w-]{43})$/;
const digestOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Stands in the audit log in the same step. @returns the secret, which is told this once */
export async function createToken(
  ledger: LedgerContext,
  token: { name: string; role: Role; days: number | undefined; by: TokenMaker },
): Promise<ApiToken & { secret: string }> {
  const nowMs = await ledgerNow(ledger);
  const id = randomBytes(6).toString('hex');
  const own = randomBytes(32).toString('base64url');
  const { name, role, by } = token;
  const expiresAtMs = token.days === undefined ? undefined : nowMs + token.days * 86_400_000;
  const kept = { name, role, createdAtMs: nowMs, createdBy: by.who, expiresAtMs };
  const json = JSON.stringify({ ...kept, digest: digestOf(own).toString('hex') });
  const target = `token ${id} (${name}, ${role})`;
  const entry = { event: 'token-created', who: by.who, role: by.role, target };
  await ledger.redis
    .multi()
    .hset(accessKeys(ledger).tokens, id, json)
    .xadd(actionKeys(ledger).audit, 'MAXLEN', '~', mostEntries, '*', ...Object.entries(entry).flat())
    .exec();
  return { id, ...kept, lastUsedAtMs: undefined, secret: `np_${id}_${own}` };
}

/** Newest first. */
export async function listTokens(ledger: LedgerContext): Promise<ApiToken[]> {
  const its = accessKeys(ledger);
  const [all, used] = await Promise.all([ledger.redis.hgetall(its.tokens), ledger.redis.hgetall(its.tokensUsed)]);
  return Object.entries(all)
    .map(([id, json]) => {
      const { digest: _, ...token } = stored.parse(JSON.parse(json));
      return { id, ...token, expiresAtMs: token.expiresAtMs, lastUsedAtMs: used[id] ? Number(used[id]) : undefined };
    })
    .sort((a, b) => b.createdAtMs - a.createdAtMs);
}

/** Stands in the audit log in the same step. @returns false where there is no such token */
export async function revokeToken(ledger: LedgerContext, id: string, by: TokenMaker): Promise<boolean> {
  const its = accessKeys(ledger);
  const keys = { tokens: its.tokens, used: its.tokensUsed, audit: actionKeys(ledger).audit };
  return (await revokeScript(ledger.redis, keys, { id, who: by.who, role: by.role, most: mostEntries })) === 1;
}

/** How fresh "last used" is. */
const noteEveryMs = 60_000;

/** Whose token it is; undefined where it is none, or is over. */
export async function findToken(ledger: LedgerContext, secret: string): Promise<ApiToken | undefined> {
  const [, id = '', own = ''] = pattern.exec(secret) ?? [];
  if (id === '') return undefined;
  const its = accessKeys(ledger);
  const json = await ledger.redis.hget(its.tokens, id);
  if (json === null) return undefined;
  const { digest, ...token } = stored.parse(JSON.parse(json));
  if (!timingSafeEqual(Buffer.from(digest, 'hex'), digestOf(own))) return undefined;
  const nowMs = await ledgerNow(ledger);
  if (token.expiresAtMs !== undefined && token.expiresAtMs <= nowMs) return undefined;
  const used = Number((await ledger.redis.hget(its.tokensUsed, id)) ?? 0);
  if (nowMs - used > noteEveryMs) await ledger.redis.hset(its.tokensUsed, id, nowMs);
  return { id, ...token, expiresAtMs: token.expiresAtMs, lastUsedAtMs: nowMs };
}
