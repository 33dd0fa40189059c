import type { Process } from '@nightpass/core';
import { featureOf, headOf, type LedgerContext, resultOf, walkZones } from '@nightpass/engine';
import { gathered, type Out } from './output.ts';
import type { Subject } from './subject.ts';

/** Each zone a feature with the outcome of each process on it: the same as in `<file>.result.geojson`. */
export async function writeGeojson(ledger: LedgerContext, subject: Subject, to: Out): Promise<void> {
  const { batch, processes, counts } = subject;
  const out = gathered(to);
  await out.write(`{"type":"FeatureCollection",${headOf(batch, counts, batch.file).slice(1, -1)},"features":[`);
  let separator = '\n';
  for await (const page of walkZones(ledger, batch)) {
    subject.signal?.throwIfAborted();
    for (const { zone, zoneIndex, tasks } of page) {
      const results = tasks.map((task) => resultOf(task, batch, processes[task.processIndex] as Process, zone));
      await out.write(separator + JSON.stringify(featureOf(zoneIndex, zone, results)));
      separator = ',\n';
    }
    subject.onPage?.(page);
  }
  await out.write('\n]}\n');
  await out.end();
}
