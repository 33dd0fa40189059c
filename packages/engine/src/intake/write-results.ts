import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BatchId, Process, TaskId, Zone } from '@nightpass/core';
import { taskIdOf } from '@nightpass/core';
import { type BatchRecord, zoneOf } from '../ledger/batch-record.ts';
import { readBatch, readCounts, readProcesses } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { readTasks } from '../ledger/reading.ts';
import type { TaskRecord } from '../ledger/task-record.ts';
import { type BeforeEffect, type Draft, openDraft } from './durable-file.ts';
import type { Inbox } from './inbox.ts';
import { type resultEndings, resultPath, resultStem } from './result-files.ts';
import { featureOf, headOf, resultOf } from './result-lines.ts';

/** Tasks, and zones, read in one command: enough to be quick, few enough to block nobody. */
const tasksAtOnce = 500;
const zonesAtOnce = 100;

/**
 * Writes `<file>.result.json` and `<file>.result.geojson` beside the receipt, in place of earlier ones of this batch.
 * Zone by zone: the memory it takes does not grow with the batch.
 * @throws where the folder cannot be written to
 */
export async function writeResults(
  ledger: LedgerContext,
  inbox: Inbox,
  { batch: id, file }: { batch: BatchId; file: string },
  { before, signal }: { before?: BeforeEffect | undefined; signal?: AbortSignal | undefined } = {},
): Promise<'written' | 'notEnded'> {
  const batch = await readBatch(ledger, id);
  if (batch?.endedAtMs === undefined) return 'notEnded';
  const [processes, counts, stem] = await Promise.all([
    readProcesses(ledger, id),
    readCounts(ledger, id),
    resultStem(inbox, file, id),
  ]);
  await mkdir(dirname(resultPath(inbox, file, stem, '.result.json')), { recursive: true });
  const head = headOf(batch, counts, file);
  const drafts: Draft[] = [];
  const draft = async (ending: (typeof resultEndings)[number]) => {
    const opened = await openDraft(resultPath(inbox, file, stem, ending), before);
    drafts.push(opened);
    return opened;
  };
  try {
    const map = await draft('.result.geojson');
    const list = await draft('.result.json');
    await map.write(`{"type":"FeatureCollection",${head.slice(1, -1)},"features":[`);
    await list.write(`${head.slice(0, -1)},"results":[`);
    let separator = '\n';
    for await (const { zone, zoneIndex, tasks } of zonesOf(ledger, batch)) {
      signal?.throwIfAborted();
      const results = tasks.map((task) => resultOf(task, batch, processes[task.processIndex] as Process, zone));
      await map.write(separator + JSON.stringify(featureOf(zoneIndex, zone, results)));
      await list.write(separator + results.map((result) => JSON.stringify(result)).join(',\n'));
      separator = ',\n';
    }
    await map.write('\n]}\n');
    await list.write('\n]}\n');
    // The list is the last: where it stands, the map stands too.
    await map.publish();
    await list.publish();
  } finally {
    for (const opened of drafts) await opened.discard();
  }
  return 'written';
}

/** Every zone with its tasks, in the order of the processes. */
async function* zonesOf(
  ledger: LedgerContext,
  batch: BatchRecord,
): AsyncGenerator<{ zone: Zone; zoneIndex: number; tasks: TaskRecord[] }> {
  const perChunk = Math.max(1, Math.min(zonesAtOnce, Math.floor(tasksAtOnce / batch.processCount)));
  for (let start = 0; start < batch.zoneCount; start += perChunk) {
    const indexes = Array.from({ length: Math.min(perChunk, batch.zoneCount - start) }, (_, i) => start + i);
    const zones = await ledger.redis.hmget(ledger.keys.zones(batch.id), ...indexes.map(String));
    const ids = indexes.flatMap((zoneIndex) =>
      Array.from({ length: batch.processCount }, (_, processIndex) =>
        taskIdOf({ batchId: batch.id, processIndex, zoneIndex }),
      ),
    );
    const tasks = await readInPages(ledger, batch, ids);
    for (const [i, zoneIndex] of indexes.entries()) {
      const json = zones[i];
      if (!json) throw new Error(`the ledger has lost zone ${zoneIndex} of batch ${batch.id}`);
      yield { zone: zoneOf(json), zoneIndex, tasks: tasks.slice(i * batch.processCount, (i + 1) * batch.processCount) };
    }
  }
}

async function readInPages(ledger: LedgerContext, batch: BatchRecord, ids: TaskId[]): Promise<TaskRecord[]> {
  const tasks: TaskRecord[] = [];
  for (let start = 0; start < ids.length; start += tasksAtOnce) {
    tasks.push(...(await readTasks(ledger, ids.slice(start, start + tasksAtOnce), async () => batch)));
  }
  if (tasks.length < ids.length) throw new Error(`the ledger has lost tasks of batch ${batch.id}`);
  return tasks;
}
