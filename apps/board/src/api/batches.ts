import type { BatchId } from '@nightpass/core';
import { ledgerNow, readBatchCosts, readProcesses, readSummary, settledCount, usualDurations } from '@nightpass/engine';
import { countPhases } from '../index/grid-bytes.ts';
import { batchOf } from '../overview.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { batchFigures } from './batch-figures.ts';
import { gridOf } from './grid.ts';
import { listBatchPage } from './list-batches.ts';
import { noBatch } from './problem.ts';
import { batchDetail, batchesQuery, batchPage, processList } from './schemas/batches.ts';
import { batchParams } from './schemas/common.ts';

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
        costs: await readBatchCosts(ledger, summary.batch.id),
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
      const { grid, batch } = await gridOf(parts, params.id);
      const processes = await readProcesses(ledger, batch.id);
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
}
