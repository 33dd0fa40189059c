import type { BatchId } from '@nightpass/core';
import { ledgerNow, readSummary, settledCount, usualDurations } from '@nightpass/engine';
import { z } from 'zod';
import { countPhases } from '../index/grid-bytes.ts';
import { batchOf } from '../overview.ts';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { batchFigures } from './batch-figures.ts';
import { listBatchPage } from './list-batches.ts';
import { bigEndian, sendPacked } from './packed.ts';
import { batchDetail, batchesQuery, batchPage, processList } from './schemas/batches.ts';
import { batchParams } from './schemas/common.ts';

const noBatch = () => new Refused(404, 'the ledger has no such batch');

export async function summaryOf({ ledger }: ApiParts, id: string) {
  const summary = await readSummary(ledger, id as BatchId);
  if (!summary) throw noBatch();
  return summary;
}

export async function indexOf({ indexes }: ApiParts, id: string) {
  const index = await indexes.get(id as BatchId);
  if (!index) throw noBatch();
  return index;
}

export function batchRoutes(app: Api, parts: ApiParts): void {
  const { ledger, settings } = parts;
  const tags = ['look'];

  app.get(
    '/batches',
    { schema: { tags, summary: 'Batches, newest first', querystring: batchesQuery, response: { 200: batchPage } } },
    async ({ query }) => ({ nowMs: await ledgerNow(ledger), ...(await listBatchPage(ledger, query)) }),
  );

  app.get(
    '/batches/:id',
    { schema: { tags, summary: 'One batch, with its forecast', params: batchParams, response: { 200: batchDetail } } },
    async ({ params }) => {
      const summary = await summaryOf(parts, params.id);
      const nowMs = await ledgerNow(ledger);
      const limitsOf = (provider: string) => settings.providers.get(provider)?.limits;
      const { taskCount } = summary.batch;
      return {
        nowMs,
        batch: batchOf(summary),
        percentSettled: taskCount === 0 ? 100 : Math.floor((settledCount(summary.counts) / taskCount) * 1000) / 10,
        ...(await batchFigures(ledger, summary, limitsOf, nowMs)),
      };
    },
  );

  app.get(
    '/batches/:id/processes',
    {
      schema: {
        tags,
        summary: 'Its processes, each with its counts',
        params: batchParams,
        response: { 200: processList },
      },
    },
    async ({ params }) => {
      const { grid, batch, processes } = await indexOf(parts, params.id);
      const usual = new Map(
        await Promise.all(
          [...new Set(batch.providers)].map(async (name) => [name, await usualDurations(ledger, name)] as const),
        ),
      );
      const items = processes.map(({ id, name }, index) => {
        const provider = batch.providers[index] ?? '';
        const counts = countPhases(grid, index * batch.zoneCount, (index + 1) * batch.zoneCount);
        return { index, id, name, provider, counts, usualDurationMs: usual.get(provider)?.get(id) };
      });
      return { items };
    },
  );

  app.get(
    '/batches/:id/grid',
    {
      schema: {
        tags,
        summary: 'A byte a task: q l u r s f c x p, as in the ledger; process by process',
        description: 'The place of a task is its process index × zones + its zone index. Answers 304 to its ETag.',
        params: batchParams,
        produces: ['application/octet-stream'],
        response: { 200: z.any().describe('As many bytes as tasks'), 304: z.any().describe('As it was') },
      },
    },
    async (request, reply) => {
      const { batch, grid, version } = await indexOf(parts, request.params.id);
      return sendPacked(request, reply, batch, { what: 'grid', version, bytes: () => grid });
    },
  );

  app.get(
    '/batches/:id/times',
    {
      schema: {
        tags,
        summary: 'When each task last moved: 4 bytes a task, Unix seconds, big-endian; 0: not known',
        description: 'In the order of the grid. Answers 304 to its ETag.',
        params: batchParams,
        produces: ['application/octet-stream'],
        response: { 200: z.any().describe('Four times as many bytes as tasks'), 304: z.any().describe('As it was') },
      },
    },
    async (request, reply) => {
      const index = await indexOf(parts, request.params.id);
      const { seconds, version } = await index.moved();
      return sendPacked(request, reply, index.batch, { what: 'times', version, bytes: () => bigEndian(seconds) });
    },
  );
}
