import { promisify } from 'node:util';
import { gzip as gzipOf } from 'node:zlib';
import { type BatchId, phaseByte } from '@nightpass/core';
import { type BatchRecord, readBatch } from '@nightpass/engine';
import { z } from 'zod';
import type { BatchIndex } from '../index/batch-index.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { noBatch } from './problem.ts';
import { batchParams } from './schemas/common.ts';

/** A byte a task. Who looks at a batch first has it from the ledger at once, while the board reads the batch. */

const gzip = promisify(gzipOf);

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
    const { etag, zipped } = index ? packed(index) : { etag: undefined, zipped: zip(grid) };
    void reply.headers({
      ...(etag !== undefined && { etag }),
      'cache-control': 'private, no-cache',
      vary: 'accept-encoding',
      'x-processes': batch.processCount,
      'x-zones': batch.zoneCount,
    });
    if (etag !== undefined && request.headers['if-none-match'] === etag) return reply.status(304).send();
    void reply.type('application/octet-stream');
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(grid);
    return reply.header('content-encoding', 'gzip').send(await zipped);
  });
}

interface Packed {
  version: number;
  etag: string;
  zipped: Promise<Buffer>;
}

/** Packed once for each state of a grid, whoever asks. */
const packings = new WeakMap<BatchIndex, Packed>();
const boot = Date.now().toString(36);
const zip = (grid: Buffer) => gzip(grid, { level: 3 });

function packed(index: BatchIndex): Packed {
  const before = packings.get(index);
  if (before?.version === index.version) return before;
  const etag = `"${boot}-${index.batch.id}-${index.version}"`;
  const fresh = { version: index.version, etag, zipped: zip(index.grid) };
  packings.set(index, fresh);
  return fresh;
}
