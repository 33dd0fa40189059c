import type { BatchId, Phase } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { defineScript } from '../ledger/script.ts';
import { holdKinds } from '../pacing/holds.ts';
import { type Action, type ActionKind, digestOf, type Target, type Wanted } from './action.ts';
import { actionKeys } from './action-keys.ts';

/** Actions as Redis keeps them, and the audit log. */

const beginScript = defineScript('begin-action', {
  keys: ['action', 'open', 'audit'],
  args: ['id', 'who', 'role', 'why', 'wanted', 'most', 'keepMs'],
  reply: z.enum(['begun', 'known', 'gone', 'other']),
});
const endScript = defineScript('end-action', {
  keys: ['action', 'open', 'audit', 'ended'],
  args: ['id', 'state', 'error', 'most', 'keepMs', 'by', 'role', 'why'],
  reply: z.number(),
});

/** That the audit log keeps, about. */
export const mostEntries = 100_000;
const keepMs = 30 * 86_400_000;

export async function beginAction(
  ledger: LedgerContext,
  id: string,
  by: { wanted: Wanted; who: string; role: string; why: string },
): Promise<'begun' | 'known' | 'gone' | 'other'> {
  const its = actionKeys(ledger);
  const keys = { action: its.action(id), open: its.open, audit: its.audit };
  const { who, role, why } = by;
  return beginScript(
    ledger.redis,
    keys,
    { id, who, role, why, wanted: digestOf(by.wanted), most: mostEntries, keepMs },
    { keys: (await batchesOf(ledger, id)).map((batch) => its.chosen(id, batch)) },
  );
}

/** Who ended an action before its time. */
export interface Stopper {
  who: string;
  role: string;
  why: string;
}

/** What was done stays done; what is left is left as it is. @returns false where it had ended already. */
export const stopAction = (ledger: LedgerContext, id: string, by: Stopper): Promise<boolean> =>
  end(ledger, id, 'stopped', '', by);

/** @returns false where it had ended already. */
export const endAction = (ledger: LedgerContext, id: string, error: string | undefined): Promise<boolean> =>
  end(ledger, id, error === undefined ? 'done' : 'failed', error ?? '');

async function end(
  ledger: LedgerContext,
  id: string,
  state: 'done' | 'failed' | 'stopped',
  error: string,
  stopper?: Stopper,
): Promise<boolean> {
  const { keys } = ledger;
  const its = actionKeys(ledger);
  const batches = await batchesOf(ledger, id);
  const done = await endScript(
    ledger.redis,
    { action: its.action(id), open: its.open, audit: its.audit, ended: ledger.keys.ended },
    {
      id,
      state,
      error,
      most: mostEntries,
      keepMs,
      by: stopper?.who ?? '',
      role: stopper?.role ?? '',
      why: stopper?.why ?? '',
    },
    { keys: batches.flatMap((batch) => [its.chosen(id, batch), keys.batch(batch), keys.counts(batch)]) },
  );
  return done === 1;
}

const batchesOf = async (ledger: LedgerContext, id: string) => (await readAction(ledger, id))?.batches ?? [];

const ms = z.coerce.number().optional();
const count = z.coerce.number().int().default(0);
const stored = z.object({
  state: z.enum(['previewed', 'running', 'done', 'failed', 'stopped']),
  action: z.string(),
  target: z.string(),
  priority: z.coerce.number().optional(),
  holds: z.string().optional(),
  perMinute: z.coerce.number().optional(),
  who: z.string(),
  why: z.string().default(''),
  tasks: count,
  looked: count,
  changed: count,
  previewedAt: z.coerce.number(),
  begunAt: ms,
  endedAt: ms,
  error: z.string().default(''),
  batches: z.string(),
  phases: z.string(),
  cursor: z.string().default('0:0'),
});

export async function readAction(ledger: LedgerContext, id: string): Promise<Action | undefined> {
  const hash = await ledger.redis.hgetall(actionKeys(ledger).action(id));
  if (hash.state === undefined) return undefined;
  const it = stored.parse(hash);
  return {
    id,
    action: it.action as ActionKind,
    target: JSON.parse(it.target) as Target,
    priority: it.priority,
    holds: it.holds === undefined ? undefined : z.array(z.enum(holdKinds)).parse(JSON.parse(it.holds)),
    perMinute: it.perMinute,
    who: it.who,
    why: it.why,
    state: it.state,
    tasks: it.tasks,
    looked: it.looked,
    changed: it.changed,
    previewedAtMs: it.previewedAt,
    begunAtMs: it.begunAt,
    endedAtMs: it.endedAt,
    error: it.error || undefined,
    batches: JSON.parse(it.batches) as BatchId[],
    phases: JSON.parse(it.phases) as Phase[],
    cursor: it.cursor,
  };
}

/** Those that somebody has begun and nobody has ended, oldest first. */
export const openActions = (ledger: LedgerContext): Promise<string[]> =>
  ledger.redis.zrange(actionKeys(ledger).open, '0', '99');

/** What is under way, oldest first. */
export async function readOpenActions(ledger: LedgerContext): Promise<Action[]> {
  const open = await Promise.all((await openActions(ledger)).map((id) => readAction(ledger, id)));
  return open.filter((it): it is Action => it?.state === 'running');
}

/** Puts down what was done that is no action: who signed in, what was submitted. */
export async function audit(ledger: LedgerContext, entry: Record<string, string | number>): Promise<void> {
  const fields = Object.entries(entry).flat().map(String);
  await ledger.redis.xadd(actionKeys(ledger).audit, 'MAXLEN', '~', mostEntries, '*', ...fields);
}

export interface AuditEntry {
  id: string;
  atMs: number;
  fields: Record<string, string>;
}

/** Newest first. @param before id of the entry to go on after */
export async function readAudit(
  ledger: LedgerContext,
  page: { before: string | undefined; limit: number },
): Promise<{ entries: AuditEntry[]; total: number }> {
  const key = actionKeys(ledger).audit;
  const start = page.before === undefined ? '+' : `(${page.before}`;
  const [entries, total] = await Promise.all([
    ledger.redis.xrevrange(key, start, '-', 'COUNT', page.limit),
    ledger.redis.xlen(key),
  ]);
  return {
    total,
    entries: entries.map(([id, flat]) => ({
      id,
      atMs: Number(id.split('-')[0]),
      fields: Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []))),
    })),
  };
}
