import type { BatchId } from '@nightpass/core';
import { z } from 'zod';
import { readBatch } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import type { BeforeEffect } from './durable-file.ts';
import type { Inbox } from './inbox.ts';
import { intakeKeys } from './intake-keys.ts';
import { type ReportWriter, writeReportBeside } from './write-report.ts';
import { writeResults } from './write-results.ts';

/** Which results are still to be written, and where: for each drop of a batch, each time the batch ends. */

export interface DueResults {
  batch: BatchId;
  /** The drop's path in the inbox. */
  file: string;
  /** Unix time: the end that they are due for. A redriven batch ends more than once. */
  endedAtMs: number;
}

const stored = z.tuple([z.number(), z.string().transform((id) => id as BatchId), z.string()]);
const memberOf = ({ endedAtMs, batch, file }: DueResults) => JSON.stringify([endedAtMs, batch, file]);

/** Looked at in one turn; the others come in the next. */
const turnSize = 100;

/** To be called before the batch is opened: from then on it may end. */
export async function recordDrop(ledger: LedgerContext, inbox: Inbox, batch: BatchId, file: string): Promise<void> {
  await ledger.redis.sadd(intakeKeys(ledger).drops(batch), `${inbox.id}/${file}`);
}

export async function askForResults(ledger: LedgerContext, inbox: Inbox, due: DueResults): Promise<void> {
  await ledger.redis.sadd(intakeKeys(ledger).inbox(inbox.id).results, memberOf(due));
}

/**
 * Writes what is due in this inbox. Killed at any point, it is written again by the next turn.
 * @param onTrouble hears of a drop whose results could not be written; the others are written all the same
 * @returns what was written
 */
export async function writeDueResults(
  ledger: LedgerContext,
  inbox: Inbox,
  {
    report,
    before,
    signal,
    onTrouble,
  }: {
    /** Undefined: no report is written beside the results. */
    report?: ReportWriter | undefined;
    before?: BeforeEffect;
    signal?: AbortSignal;
    onTrouble: (due: DueResults, error: unknown) => void;
  },
): Promise<DueResults[]> {
  await spreadEnded(ledger, before);
  const key = intakeKeys(ledger).inbox(inbox.id).results;
  const written: DueResults[] = [];
  for (const member of await ledger.redis.srandmember(key, turnSize)) {
    if (signal?.aborted) break;
    const [endedAtMs, batch, file] = stored.parse(JSON.parse(member));
    const due = { endedAtMs, batch, file };
    try {
      if ((await writeResults(ledger, inbox, due, { before, signal })) === 'notEnded') continue;
      const how = report && (await writeReportBeside(inbox, due, report, { before, signal }));
      // The results stand all the same.
      if (how?.kind === 'cannot') onTrouble(due, how.error);
      before?.('forget that results are due');
      await ledger.redis.srem(key, member);
      written.push(due);
    } catch (error) {
      if (signal?.aborted) break;
      onTrouble(due, error);
    }
  }
  return written;
}

/** Turns "this batch ended" into "results are due" in every inbox it was dropped into. */
async function spreadEnded(ledger: LedgerContext, before?: BeforeEffect): Promise<void> {
  const { redis, keys } = ledger;
  const its = intakeKeys(ledger);
  for (const id of (await redis.srandmember(keys.ended, turnSize)) as BatchId[]) {
    const endedAtMs = (await readBatch(ledger, id))?.endedAtMs;
    // Redriven a moment ago: it comes again when it ends again.
    if (endedAtMs === undefined) continue;
    const spread = redis.multi();
    for (const drop of await redis.smembers(its.drops(id))) {
      const slash = drop.indexOf('/');
      const due = memberOf({ endedAtMs, batch: id, file: drop.slice(slash + 1) });
      spread.sadd(its.inbox(drop.slice(0, slash)).results, due);
    }
    before?.('spread an ended batch');
    for (const [error] of (await spread.srem(keys.ended, id).exec()) ?? []) if (error) throw error;
  }
}
