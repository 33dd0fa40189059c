import type { BatchId } from '@nightpass/core';
import { type BatchSummary, type LedgerContext, readSummary } from '@nightpass/engine';
import { z } from 'zod';
import { batchOf } from '../overview.ts';
import { fromCursor, toCursor } from './cursor.ts';

const place = z.tuple([z.number(), z.string()]);
/** Ended batches that are passed over in one answer, where only open ones are asked for. */
const mostPassed = 5_000;
const chunkSize = 100;

/** Newest first, from where the page before ended: batches that come meanwhile shift nothing. */
export async function listBatchPage(
  ledger: LedgerContext,
  query: { state: 'open' | 'ended' | 'all'; limit: number; cursor?: string | undefined },
) {
  const { redis, keys } = ledger;
  let after = fromCursor(query.cursor, place);
  const total = await redis.zcard(keys.batches);
  const found: { summary: BatchSummary; at: [number, string] }[] = [];
  for (let passed = 0; passed < mostPassed && found.length <= query.limit; ) {
    const flat = (await redis.zrevrangebyscore(
      keys.batches,
      after ? after[0] : '+inf',
      '-inf',
      'WITHSCORES',
      'LIMIT',
      0,
      chunkSize,
    )) as unknown[];
    const all = pairs(flat.flat());
    // Of one moment, those with the greater id come first.
    const rows = all.filter(([score, id]) => !after || score < after[0] || (score === after[0] && id < after[1]));
    const summaries = await Promise.all(rows.map(([, id]) => readSummary(ledger, id as BatchId)));
    for (const [i, at] of rows.entries()) {
      const summary = summaries[i];
      const isOpen = summary?.batch.endedAtMs === undefined;
      if (summary && (query.state === 'all' || isOpen === (query.state === 'open'))) found.push({ summary, at });
    }
    passed += rows.length;
    after = rows.at(-1) ?? after;
    if (all.length < chunkSize || rows.length === 0) break;
  }
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ summary }) => batchOf(summary)),
    total,
    ...(found.length > query.limit && last && { next: toCursor(last.at) }),
  };
}

function pairs(flat: readonly unknown[]): [number, string][] {
  return flat.flatMap((id, i) => (i % 2 === 0 ? [[Number(flat[i + 1]), String(id)] as [number, string]] : []));
}
