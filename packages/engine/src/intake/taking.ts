import type { BatchId } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import type { Inbox } from './inbox.ts';
import { intakeKeys } from './intake-keys.ts';

/**
 * What is on record of a file while it is being taken, so that whoever finishes the work after a crash tells the same
 * story: which batch the file is, and whether it is this drop that opened it.
 */
export interface Taking {
  batch: BatchId;
  contentHash: string;
  /** True where the batch was not open before: the drop will have been accepted, not known. */
  opens: boolean;
  /** `identityOf` the file. */
  drop: string;
  /** Set once everything is done but the file's removal. */
  answered: boolean;
}

const stored = z.object({
  batch: z.string().transform((id) => id as BatchId),
  contentHash: z.string(),
  opens: z.boolean(),
  drop: z.string(),
  answered: z.boolean(),
});

const keyOf = (ledger: LedgerContext, inbox: Inbox) => intakeKeys(ledger).inbox(inbox.id).taking;

export async function readTaking(ledger: LedgerContext, inbox: Inbox, file: string): Promise<Taking | undefined> {
  const json = await ledger.redis.hget(keyOf(ledger, inbox), file);
  return json === null ? undefined : stored.parse(JSON.parse(json));
}

/** @returns false where one is on record already: it is that which counts. */
export async function beginTaking(ledger: LedgerContext, inbox: Inbox, file: string, taking: Taking): Promise<boolean> {
  return (await ledger.redis.hsetnx(keyOf(ledger, inbox), file, JSON.stringify(taking))) === 1;
}

export async function markAnswered(ledger: LedgerContext, inbox: Inbox, file: string, taking: Taking): Promise<void> {
  await ledger.redis.hset(keyOf(ledger, inbox), file, JSON.stringify({ ...taking, answered: true }));
}

export async function endTaking(ledger: LedgerContext, inbox: Inbox, file: string): Promise<void> {
  await ledger.redis.hdel(keyOf(ledger, inbox), file);
}

/**
 * Forgets takings whose file is not there any more: the crash came after its removal, or somebody took it back.
 * To be called while nothing is being taken.
 */
export async function forgetTakings(
  ledger: LedgerContext,
  inbox: Inbox,
  isThere: (file: string) => Promise<boolean>,
): Promise<void> {
  for (const file of await ledger.redis.hkeys(keyOf(ledger, inbox))) {
    if (!(await isThere(file))) await endTaking(ledger, inbox, file);
  }
}
