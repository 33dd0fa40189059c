import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BatchId } from '@nightpass/core';
import { type BeforeEffect, type Draft, openDraft } from './durable-file.ts';
import type { Inbox } from './inbox.ts';
import { passingTrouble } from './passing-trouble.ts';
import { resultPath, resultStem } from './result-files.ts';

/** Writes the report of a batch, as it stands now. */
export type ReportWriter = (
  batch: BatchId,
  out: Pick<Draft, 'write'>,
  signal: AbortSignal | undefined,
) => Promise<void>;

/**
 * Writes `<file>.report.html` beside the receipt, in place of an earlier one of this batch: whole, or not at all.
 * @returns why the writer cannot make it, where that is no passing trouble: to try again would not help
 * @throws where the folder cannot be written to, or Redis not be read
 */
export async function writeReportBeside(
  inbox: Inbox,
  { batch, file }: { batch: BatchId; file: string },
  write: ReportWriter,
  { before, signal }: { before?: BeforeEffect | undefined; signal?: AbortSignal | undefined } = {},
): Promise<{ kind: 'written' } | { kind: 'cannot'; error: unknown }> {
  const path = resultPath(inbox, file, await resultStem(inbox, file, batch), '.report.html');
  await mkdir(dirname(path), { recursive: true });
  const draft = await openDraft(path, before);
  try {
    try {
      await write(batch, draft, signal);
    } catch (error) {
      if (signal?.aborted || passingTrouble(error) !== undefined) throw error;
      return { kind: 'cannot', error };
    }
    await draft.publish();
  } finally {
    await draft.discard();
  }
  return { kind: 'written' };
}
