import { type BatchId, phaseByte } from '@nightpass/core';
import { type BatchRecord, readBatch } from '@nightpass/engine';
import { z } from 'zod';
import type { BatchIndex } from '../index/batch-index.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { sendPacked } from './packed.ts';
import { noBatch } from './problem.ts';
import { batchParams } from './schemas/common.ts';

/** A byte a task. Who looks at a batch first has it from the ledger at once, while the board reads the batch. */

export interface Grid {
  batch: BatchRecord;
  grid: Buffer;
  /** Where the board has read the batch. */
  index: BatchIndex | undefined;
}

export async function gridOf({ indexes, ledger }: ApiParts, id: string): Promise<Grid> {
  const index = await indexes.getNow(id as BatchId);
  if (index) return { batch: index.batch, grid: index.grid, index };
  const batch = await readBatch(ledger, id as BatchId);
  if (!batch) throw noBatch();
  const grid = await ledger.redis.getBuffer(ledger.keys.grid(batch.id));
  return { batch, grid: grid ?? Buffer.alloc(batch.taskCount, phaseByte.queued), index };
}

export function gridRoute(app: Api, parts: ApiParts): void {
  const schema = {
    tags: ['look'],
    summary: 'A byte a task: q l u r s f c x p, as in the ledger; process by process',
    description: 'The place of a task is its process index × zones + its zone index. Answers 304 to its ETag.',
    params: batchParams,
    produces: ['application/octet-stream'],
    response: { 200: z.any().describe('As many bytes as tasks'), 304: z.any().describe('As it was') },
  };
  app.get('/batches/:id/grid', { schema }, async (request, reply) => {
    const { batch, grid, index } = await gridOf(parts, request.params.id);
    return sendPacked(request, reply, batch, { what: 'grid', version: index?.version, bytes: () => grid });
  });
}
