import type { BatchId } from '@nightpass/core';
import type { LedgerContext, ZoneLine } from '@nightpass/engine';
import type { Clock } from './clock.ts';
import { writeCsv } from './csv.ts';
import { gatherReport } from './gather.ts';
import { writeGeojson } from './geojson.ts';
import { writeHtml } from './html/write-html.ts';
import { writeJson } from './json.ts';
import { writeJunit } from './junit.ts';
import type { Out } from './output.ts';
import { readSubject } from './subject.ts';

/** The account of a batch, in the form that is asked for, written as it is read: a million tasks need no more than some bytes each. */

export const reportFormats = ['html', 'csv', 'geojson', 'json', 'junit'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportOptions {
  clock: Clock;
  /** What made it, and which: `{ nightpass: '0.1.0' }`. */
  versions: Readonly<Record<string, string>>;
  /** Of tasks read; a format that reads twice counts twice as many. */
  onProgress?: ((done: number, of: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @returns false where there is no such batch: then nothing is written */
export async function writeReport(
  ledger: LedgerContext,
  id: BatchId,
  format: ReportFormat,
  out: Out,
  { clock, versions, onProgress, signal }: ReportOptions,
): Promise<boolean> {
  const subject = await readSubject(ledger, id);
  if (!subject) return false;
  const { taskCount, processCount } = subject.batch;
  const gathers = format === 'html' || format === 'json' || format === 'junit';
  const of = taskCount * (format === 'json' || format === 'junit' ? 2 : 1);
  const before = gathers ? taskCount : 0;
  const snapshot = gathers
    ? await gatherReport(ledger, id, { clock, signal, onProgress: onProgress && ((done) => onProgress(done, of)) })
    : undefined;
  const onPage = (page: readonly ZoneLine[]) =>
    onProgress?.(before + ((page.at(-1)?.zoneIndex ?? 0) + 1) * processCount, of);
  const told = { ...subject, onPage, signal };
  if (format === 'csv') await writeCsv(ledger, told, out);
  else if (format === 'geojson') await writeGeojson(ledger, told, out);
  else if (!snapshot) return false;
  else if (format === 'html') await writeHtml(snapshot, out, { clock, versions });
  else if (format === 'json') await writeJson(ledger, snapshot, told, out);
  else await writeJunit(ledger, snapshot, told, out);
  return true;
}
