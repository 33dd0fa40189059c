import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BatchId, Process } from '@nightpass/core';
import { readBatch, readCounts, readProcesses } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { walkZones } from '../ledger/task-lines.ts';
import { type BeforeEffect, type Draft, openDraft } from './durable-file.ts';
import type { Inbox } from './inbox.ts';
import { type resultEndings, resultPath, resultStem } from './result-files.ts';
import { featureOf, headOf, resultOf } from './result-lines.ts';

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
    for await (const page of walkZones(ledger, batch)) {
      signal?.throwIfAborted();
      for (const { zone, zoneIndex, tasks } of page) {
        const results = tasks.map((task) => resultOf(task, batch, processes[task.processIndex] as Process, zone));
        await map.write(separator + JSON.stringify(featureOf(zoneIndex, zone, results)));
        await list.write(separator + results.map((result) => JSON.stringify(result)).join(',\n'));
        separator = ',\n';
      }
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
