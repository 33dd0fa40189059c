import type { BatchId } from '@nightpass/core';
import { readBatch } from '@nightpass/engine';
import { z } from 'zod';
import { mostOutlines } from '../index/footprints.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { indexOf } from './batches.ts';
import { noBatch } from './problem.ts';
import { batchParams } from './schemas/common.ts';

/** The zones of a batch as its map needs them; for scripts, the lines of `/zones` are easier. */
export function footprintsRoute(app: Api, parts: ApiParts): void {
  const schema = {
    tags: ['look'],
    summary: 'Where its zones lie, packed',
    description: `A head of six numbers of 32 bits, little end first: \`NPF1\`, zones, what is told of each (0: outline, 1: box), rings, points, units in a degree. Then whole numbers in bytes of seven bits, the lowest first, all but the last with the eighth set; those that may be negative as 2n, or -2n - 1. An outline: how many rings; of each, how many points, then x and y of the first and the steps from point to point, without the last, which repeats the first. A box, told beyond ${mostOutlines} zones: x and y of its west and south corner, its width, its height. A batch’s zones never change.`,
    params: batchParams,
    produces: ['application/octet-stream'],
    response: { 200: z.any().describe('Packed footprints'), 304: z.any().describe('As it was') },
  };
  app.get('/batches/:id/footprints', { schema }, async (request, reply) => {
    const batch = await readBatch(parts.ledger, request.params.id as BatchId);
    if (!batch) throw noBatch();
    const etag = `"footprints-${batch.id}"`;
    void reply.headers({ etag, 'cache-control': 'private, max-age=86400', vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    const { places } = await indexOf(parts, batch.id);
    void reply.type('application/octet-stream');
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(await places.plain());
    return reply.header('content-encoding', 'gzip').send(await places.zipped());
  });
}
