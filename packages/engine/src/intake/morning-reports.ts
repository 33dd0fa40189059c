import { windowAt } from '@nightpass/core';
import { z } from 'zod';
import type { LedgerContext } from '../ledger/context.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { readOpenBatches } from '../notices/open-batches.ts';
import type { BeforeEffect } from './durable-file.ts';
import type { Inbox } from './inbox.ts';
import { intakeKeys } from './intake-keys.ts';
import { passingTrouble } from './passing-trouble.ts';
import type { DueResults } from './results.ts';
import { type ReportWriter, writeReportBeside } from './write-report.ts';

/** At a set hour of each day, people get the reports of what is not over yet: they come to work at that hour. */

export interface ReportHour {
  /** Wall-clock time, `HH:MM`. */
  at: string;
  /** IANA name. */
  timeZone: string;
}

type Drop = Pick<DueResults, 'batch' | 'file'>;

/** Tried again for so long where the disk or Redis is in the way; then the next morning's must do. */
const patienceMs = 3_600_000;

const stored = z.tuple([z.number(), z.string(), z.string()]);

/**
 * Writes them for each drop in this inbox, once the hour has come. Killed at any point, they are written again. An hour
 * that passed while nobody served the inbox is made up for; an hour that was just set begins with its next coming.
 * @returns what was written
 */
export async function writeMorningReports(
  ledger: LedgerContext,
  inbox: Inbox,
  hour: ReportHour,
  write: ReportWriter,
  told: { before?: BeforeEffect; signal?: AbortSignal; onTrouble: (drop: Drop, error: unknown) => void },
): Promise<Drop[]> {
  const { reportsDue } = intakeKeys(ledger).inbox(inbox.id);
  const nowMs = await ledgerNow(ledger);
  const next = JSON.stringify([nextMs(hour, nowMs), hour.at, hour.timeZone]);
  const known = await ledger.redis.get(reportsDue);
  const [dueMs, at, timeZone] = known === null ? [0, '', ''] : stored.parse(JSON.parse(known));
  if (at !== hour.at || timeZone !== hour.timeZone) {
    await ledger.redis.set(reportsDue, next);
    return [];
  }
  if (nowMs < dueMs) return [];
  const written: Drop[] = [];
  let again = false;
  for (const drop of await openDrops(ledger, inbox, dueMs)) {
    try {
      const { before, signal } = told;
      const how = await writeReportBeside(inbox, drop, write, { before, signal });
      if (how.kind === 'written') written.push(drop);
      else told.onTrouble(drop, how.error);
    } catch (error) {
      if (told.signal?.aborted) return written;
      told.onTrouble(drop, error);
      again ||= passingTrouble(error) !== undefined;
    }
  }
  told.before?.('forget that reports are due');
  if (!again || nowMs > dueMs + patienceMs) await ledger.redis.set(reportsDue, next);
  return written;
}

/** A window of a whole day ends when its hour comes again. */
function nextMs({ at, timeZone }: ReportHour, nowMs: number): number {
  const state = windowAt({ from: at, to: at, timeZone }, nowMs);
  return state.open ? state.closesAtMs : state.opensAtMs;
}

async function openDrops(ledger: LedgerContext, inbox: Inbox, acceptedBeforeMs: number): Promise<Drop[]> {
  const drops: Drop[] = [];
  for (const { batch } of await readOpenBatches(ledger)) {
    if (batch.acceptedAtMs >= acceptedBeforeMs) continue;
    for (const drop of await ledger.redis.smembers(intakeKeys(ledger).drops(batch.id))) {
      const slash = drop.indexOf('/');
      if (drop.slice(0, slash) === inbox.id) drops.push({ batch: batch.id, file: drop.slice(slash + 1) });
    }
  }
  return drops;
}
