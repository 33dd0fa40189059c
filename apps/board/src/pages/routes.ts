import type { BatchId } from '@nightpass/core';
import { explainTask, ledgerNow, readProcesses, readSummary } from '@nightpass/engine';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { offsetQuery } from '../api.ts';
import { firstPhase, readTaskPage } from '../batch-tasks.ts';
import { batchOf, readOverview } from '../overview.ts';
import type { BoardParts } from '../server.ts';
import { batchPage } from './batch-page.ts';
import { sendPage } from './layout.ts';
import { overviewPage } from './overview-page.ts';
import { isPhase } from './phases.ts';
import { taskPage } from './task-page.ts';
import { Refused } from './trouble.ts';

const idParams = z.object({ id: z.string() });
const batchQuery = z.object({
  phase: z.string().optional(),
  from: z.coerce.number().int().min(0).max(1_000_000_000).catch(0),
});

export function pageRoutes(app: FastifyInstance, parts: BoardParts): void {
  const { ledger, settings } = parts;

  app.get('/', async (request, reply) => {
    const overview = await readOverview(parts, offsetQuery.parse(request.query).offset);
    return sendPage(reply, { title: 'Overview', at: 'overview', nowMs: overview.nowMs, body: overviewPage(overview) });
  });

  app.get('/batches/:id', async (request, reply) => {
    const { id } = idParams.parse(request.params);
    const summary = /^[0-9a-z]+$/.test(id) ? await readSummary(ledger, id as BatchId) : undefined;
    if (!summary) throw new Refused(404, 'the ledger has no such batch');
    const { phase, from } = batchQuery.parse(request.query);
    const wanted = { phase: isPhase(phase) ? phase : firstPhase(summary.counts), from };
    const [processes, page, nowMs] = await Promise.all([
      readProcesses(ledger, summary.batch.id),
      readTaskPage(ledger, summary.batch, summary.counts, wanted),
      ledgerNow(ledger),
    ]);
    const batch = batchOf(summary);
    const body = batchPage({ record: summary.batch, batch, processes, page, nowMs });
    return sendPage(reply, { title: batch.name ?? batch.file, at: 'none', nowMs, body });
  });

  app.get('/tasks/:id', async (request, reply) => {
    const { id } = idParams.parse(request.params);
    const why = await explainTask(ledger, id, (provider) => settings.providers.get(provider)?.limits);
    if (!why) throw new Refused(404, 'the ledger has no such task');
    const nowMs = await ledgerNow(ledger);
    const title = `${why.content.process.name} · ${why.content.zone.location}`;
    return sendPage(reply, { title, at: 'none', nowMs, body: taskPage(why, nowMs) });
  });
}
