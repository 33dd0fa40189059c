import type { Task, TaskId } from '@nightpass/core';
import {
  type BatchRecord,
  gridIndex,
  isBad,
  type LedgerContext,
  movedAtMs,
  readTaskContent,
  readTasks,
  shapeOf,
  type TaskRecord,
} from '@nightpass/engine';
import type { z } from 'zod';
import type { taskRow } from './schemas/tasks.ts';

/** Tasks as the API tells them, read fresh from the ledger. */

type Row = z.input<typeof taskRow>;
/** What a platform says may be a page; the row of a list is none. */
const mostLetters = 500;

export async function rowsOf(ledger: LedgerContext, batch: BatchRecord, ids: readonly TaskId[]): Promise<Row[]> {
  const records = await readTasks(ledger, ids, async () => batch);
  const [moved, contents] = await Promise.all([
    movedAtMs(
      ledger,
      batch.id,
      records.map((record) => gridIndex(record, batch)),
    ),
    Promise.all(records.map((record) => readTaskContent(ledger, record))),
  ]);
  return records.flatMap((record, i) => {
    const content = contents[i];
    return content ? [rowOf(record, content, { batch, movedAtMs: moved[i] })] : [];
  });
}

export function rowOf(
  task: TaskRecord,
  { process, zone }: Task,
  { batch, movedAtMs: moved }: { batch: BatchRecord; movedAtMs: number | undefined },
  most = mostLetters,
): Row {
  return {
    id: task.id,
    batch: task.batchId,
    processIndex: task.processIndex,
    zoneIndex: task.zoneIndex,
    phase: task.phase,
    provider: batch.providers[task.processIndex] ?? '',
    process: { id: process.id, name: process.name },
    zone: { location: zone.location, imageId: zone.imageId, image2Id: zone.image2Id },
    attempt: task.attempt,
    drive: task.drive,
    remoteJobId: task.job?.id,
    remoteStatus: task.remoteStatus,
    remoteWord: task.remoteWord,
    progressPercent: task.progressPercent,
    rule: task.rule,
    reason: task.reason?.slice(0, most),
    message: task.message?.slice(0, most),
    family: isBad(task.phase) ? shapeOf(task.rule, task.reason).id : undefined,
    resultCount: task.results && task.results.length + task.resultsCut,
    cost: task.cost,
    launchedAtMs: task.launchedAtMs,
    endedAtMs: task.endedAtMs,
    movedAtMs: moved,
  };
}
