import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type BatchRecord, type OfferLine, offerLineSchema } from '@nightpass/engine';
import { chooseTasks, processIndexes, type Which } from '../results/succeeded-tasks.ts';
import { remoteProcesses } from './act.ts';
import type { Remote } from './client.ts';

/** What tasks offer, by the API of a board: as far as its ledger knows. */

/** @throws UsageError for a process or a task that the batch does not have */
export async function* remoteOffers(remote: Remote, batch: BatchRecord, which: Which): AsyncGenerator<OfferLine> {
  const processes = await remoteProcesses(remote, batch.id);
  // Said in the same words as where the ledger is at hand.
  chooseTasks(processes, batch, which);
  const query = new URLSearchParams();
  if (which.process !== undefined) query.set('process', processIndexes(processes, batch, which.process).join(','));
  if (which.tasks.length > 0) query.set('task', which.tasks.join(','));
  const input = Readable.from(await remote.stream(`/batches/${batch.id}/results?${query}`));
  for await (const text of createInterface({ input })) yield offerLineSchema.parse(JSON.parse(text));
}
