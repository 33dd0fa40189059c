import type { BatchId, Phase } from '@nightpass/core';
import { familiesOf, ledgerNow, type Moment, readTimeline } from '@nightpass/engine';
import type { z } from 'zod';
import type { Api, ApiParts } from './api-parts.ts';
import { indexOf, summaryOf } from './batches.ts';
import { createFamilyCache } from './family-cache.ts';
import { familiesQuery, familyList, timeline, timelineQuery } from './schemas/batches.ts';
import { batchParams } from './schemas/common.ts';

type Bucket = z.input<typeof timeline>['items'][number];

const column: Partial<Record<Phase, Exclude<keyof Bucket, 'atMs'>>> = {
  launching: 'launched',
  succeeded: 'succeeded',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'cancelled',
  parked: 'parked',
  unconfirmed: 'lost',
};

const minuteMs = 60_000;
/** Intervals that people think in. */
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * minuteMs);

export function timelineOf(
  moments: readonly Moment[],
  span: { fromMs: number; toMs: number; buckets: number },
): z.input<typeof timeline> {
  const wanted = (span.toMs - span.fromMs) / span.buckets;
  const intervalMs = widths.find((width) => width >= wanted) ?? Math.ceil(wanted / 86_400_000) * 86_400_000;
  const items = new Map<number, Bucket>();
  const fromMs = Math.floor(span.fromMs / intervalMs) * intervalMs;
  for (const { atMs, phase, count } of moments) {
    const name = column[phase];
    if (!name || atMs < fromMs || atMs > span.toMs) continue;
    const start = Math.floor(atMs / intervalMs) * intervalMs;
    const none = { launched: 0, succeeded: 0, failed: 0, cancelled: 0, parked: 0, lost: 0 };
    const bucket = items.get(start) ?? { atMs: start, ...none };
    bucket[name] += count;
    items.set(start, bucket);
  }
  return { intervalMs, fromMs, toMs: span.toMs, items: [...items.values()].sort((a, b) => a.atMs - b.atMs) };
}

export function batchTimeRoutes(app: Api, parts: ApiParts): void {
  const { ledger } = parts;
  const tags = ['look'];
  const families = createFamilyCache((id) => async () => {
    const { batch } = await summaryOf(parts, id);
    return familiesOf(ledger, batch);
  });

  app.get(
    '/batches/:id/timeline',
    {
      schema: {
        tags,
        summary: 'Launches, ends and failures by interval',
        params: batchParams,
        querystring: timelineQuery,
        response: { 200: timeline },
      },
    },
    async ({ params, query }) => {
      const { batch } = await summaryOf(parts, params.id);
      const moments = await readTimeline(ledger, params.id as BatchId);
      const toMs = query.toMs ?? batch.endedAtMs ?? (await ledgerNow(ledger));
      return timelineOf(moments, { fromMs: query.fromMs ?? batch.acceptedAtMs, toMs, buckets: query.buckets });
    },
  );

  app.get(
    '/batches/:id/families',
    {
      schema: {
        tags,
        summary: 'Failures, grouped by their cause',
        params: batchParams,
        querystring: familiesQuery,
        response: { 200: familyList },
      },
    },
    async ({ params, query }) => {
      const { counts } = await summaryOf(parts, params.id);
      const index = await indexOf(parts, params.id);
      const { families: list, complete } = await families(params.id, `${JSON.stringify(counts)}`);
      const wanted = list.filter(({ phases }) => !query.phase || query.phase.some((phase) => (phases[phase] ?? 0) > 0));
      const items = wanted.map(({ id, rule, text, count, phases, example, firstAtMs, lastAtMs, shared }) => ({
        id,
        rule,
        shape: text,
        count,
        phases,
        example: { task: example.task, reason: (example.reason ?? '').slice(0, 2_000) },
        firstAtMs,
        lastAtMs,
        shares: [
          ...(shared.process === undefined
            ? []
            : [{ what: 'process', value: index.processes[shared.process]?.name ?? String(shared.process), count }]),
          ...(shared.imageId ? [{ what: 'image', value: shared.imageId, count }] : []),
          ...(shared.location ? [{ what: 'location', value: shared.location, count }] : []),
          ...(shared.hourAtMs === undefined
            ? []
            : [{ what: 'hour', value: new Date(shared.hourAtMs).toISOString(), count }]),
        ],
      }));
      return { items, tasks: items.reduce((sum, { count }) => sum + count, 0), complete };
    },
  );
}
