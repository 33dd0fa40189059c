import { Readable } from 'node:stream';
import { parseTaskId } from '@nightpass/core';
import { gridIndex, knownOffers, type OfferLine, offerLine, succeededTasks, type TaskRecord } from '@nightpass/engine';
import { z } from 'zod';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { summaryOf } from './batches.ts';
import { batchParams } from './schemas/common.ts';
import { resultsQuery } from './schemas/results.ts';

/** What succeeded tasks offer, as far as the ledger knows: a board has no credentials to ask platforms with. */

export function resultRoutes(app: Api, parts: ApiParts): void {
  const { ledger, settings } = parts;
  const schema = {
    tags: ['look'],
    summary: 'What its succeeded tasks offer, a line of JSON each',
    description:
      '`{task, results}` a line, or `{task, reason}` where the ledger does not know: no platform is asked. Of an address only its origin is told, for the rest may be a key.',
    params: batchParams,
    querystring: resultsQuery,
    produces: ['application/x-ndjson'],
    response: { 200: z.any().describe('Lines of JSON') },
  };
  app.get('/batches/:id/results', { schema }, async ({ params, query }, reply) => {
    const { batch } = await summaryOf(parts, params.id);
    const only = query.task && new Set(query.task.map((id) => indexIn(batch, id)));
    const processes = query.process && new Set(query.process);
    const isMeant = (index: number) =>
      (only?.has(index) ?? true) && (processes?.has(Math.floor(index / batch.zoneCount)) ?? true);
    const lines = async function* () {
      for await (const task of succeededTasks(ledger, batch, isMeant)) {
        const origin = settings.providers.get(batch.providers[task.processIndex] ?? '')?.origin ?? 'unknown:';
        yield `${JSON.stringify(lineOf(task, origin))}\n`;
      }
    };
    return reply.type('application/x-ndjson; charset=utf-8').send(Readable.from(lines(), { objectMode: false }));
  });
}

function indexIn(batch: Parameters<typeof gridIndex>[1] & { id: string; processCount: number }, id: string): number {
  const ref = parseTaskId(id);
  if (ref?.batchId === batch.id && ref.processIndex < batch.processCount && ref.zoneIndex < batch.zoneCount) {
    return gridIndex(ref, batch);
  }
  throw new Refused(400, `query.task: ${id} is no task of ${batch.id}`);
}

/** @param own the origin of its provider */
function lineOf(task: TaskRecord, own: string): OfferLine {
  const offers = knownOffers(task) ?? {
    kind: 'unknown',
    reason: 'its platform must be asked, which a board cannot: nightpass results, on the machine itself',
  };
  return offerLine(task.id, offers, own);
}
