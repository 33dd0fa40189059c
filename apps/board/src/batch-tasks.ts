import type { Phase, Task, TaskId } from '@nightpass/core';
import {
  type BatchRecord,
  type Counts,
  type LedgerContext,
  readTaskContent,
  readTasks,
  type TaskRecord,
  walkGrid,
} from '@nightpass/engine';

/** Tasks on one page. */
const tasksAPage = 50;
/** Bytes of the grid that one page may read: a rare phase in a million tasks takes several pages. */
const gridWindow = 262_144;

export interface TaskPage {
  phase: Phase;
  tasks: { task: TaskRecord; content: Task | undefined }[];
  /** The grid's part that was looked through: from, and up to but not including. */
  from: number;
  to: number;
  /** Where the next page starts; undefined where there is no more. */
  next: number | undefined;
}

/** The first tasks in that phase at or after a place in the grid. Costs a window of the grid and a page of tasks, never more. */
export async function readTaskPage(
  ledger: LedgerContext,
  batch: BatchRecord,
  counts: Counts,
  { phase, from }: { phase: Phase; from: number },
): Promise<TaskPage> {
  const end = Math.min(from + gridWindow, batch.taskCount);
  const ids: TaskId[] = [];
  let to = end;
  if (counts[phase] > 0) {
    for await (const { id, index } of walkGrid(ledger, { ...batch, taskCount: end }, (it) => it === phase, from)) {
      if (ids.length === tasksAPage) {
        to = index;
        break;
      }
      ids.push(id);
    }
  }
  const isAll = counts[phase] === 0 || (from === 0 && ids.length >= counts[phase]);
  const [records, contents] = await Promise.all([
    readTasks(ledger, ids, async () => batch),
    Promise.all(ids.map((id) => readTaskContent(ledger, refOf(id, batch)))),
  ]);
  const contentOf = new Map(contents.flatMap((content) => (content ? [[content.id, content]] : [])));
  return {
    phase,
    tasks: records.map((task) => ({ task, content: contentOf.get(task.id) })),
    from,
    to,
    next: isAll || to >= batch.taskCount ? undefined : to,
  };
}

/** Ids come from the grid of this batch: they are well formed. */
function refOf(id: TaskId, batch: BatchRecord) {
  const [processIndex, zoneIndex] = id.slice(batch.id.length + 1).split('-');
  return { batchId: batch.id, processIndex: Number(processIndex), zoneIndex: Number(zoneIndex) };
}

/** What somebody who opens a batch wants to see first. */
const interest: readonly Phase[] = [
  'parked',
  'failed',
  'expired',
  'unconfirmed',
  'running',
  'launching',
  'queued',
  'cancelled',
  'succeeded',
];
export const firstPhase = (counts: Counts): Phase => interest.find((phase) => counts[phase] > 0) ?? 'queued';
