import type { Phase } from '@nightpass/core';
import type { BatchSummary, Why } from '@nightpass/engine';
import type { z } from 'zod';
import { UsageError } from '../cli.ts';
import type { StatusSource } from '../commands/status.ts';
import { namesOf, nearMisses } from '../find-batch.ts';
import { type SpanOptions, spanOf } from '../selection.ts';
import { listed } from '../view/words.ts';
import { batchDetail, batchPage, hold, taskDetail, taskPage, type taskRow } from './answers.ts';
import { NotThere, type Remote } from './client.ts';

/** Looking by the API of a board. */

const pageSize = 200;
/** Older batches must be named by their whole id. */
const namesLookedAt = 2000;

export async function remoteBatches(
  remote: Remote,
  limit: number,
): Promise<{ batches: BatchSummary[]; total: number }> {
  const batches: BatchSummary[] = [];
  let cursor = '';
  for (;;) {
    const wanted = Math.min(pageSize, limit - batches.length);
    const { items, next, total } = await remote.get(`/batches?limit=${wanted}${cursor}`, batchPage);
    batches.push(...items);
    if (next === undefined || batches.length >= limit) return { batches, total };
    cursor = `&cursor=${next}`;
  }
}

/** By its id, the beginning of it, or the name of its file, as with the ledger itself. @throws UsageError */
export async function findRemoteBatch(remote: Remote, text: string): Promise<BatchSummary> {
  const { batches } = await remoteBatches(remote, namesLookedAt);
  const exact = batches.filter(({ batch }) => batch.id === text);
  const begin = /^b[0-9a-f]+$/.test(text) ? batches.filter(({ batch }) => batch.id.startsWith(text)) : [];
  const named = batches.filter((it) => namesOf(it).includes(text));
  const [found = [], ...others] = [exact, begin, named].filter((some) => some.length > 0);
  const [only] = found;
  if (only && found.length === 1) return only;
  if (found.length > 1 || others.length > 0) {
    const ids = found.slice(0, 5).map(({ batch }) => `${batch.id} (${batch.file})`);
    throw new UsageError(`${found.length} batches are called ${text}: ${listed(ids, 'or')}`);
  }
  const older = /^b[0-9a-f]{12}$/.test(text) && (await orNothing(remote.get(`/batches/${text}`, batchDetail)));
  if (older) return older.batch;
  throw new UsageError(nearMisses(text, batches) ?? 'no batches yet: nightpass submit FILE');
}

const orNothing = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof NotThere) return undefined;
    throw error;
  });

export function remoteSource(remote: Remote): StatusSource {
  const detail = (id: string) => remote.get(`/batches/${id}`, batchDetail);
  return {
    now: async () => Date.now(),
    summary: async (id) => (await detail(id)).batch,
    async standing({ batch }) {
      const { holds, takenBackUntilMs } = await detail(batch.id);
      return { holds: holds.map((it) => ({ provider: it.provider, hold: hold.parse(it) })), takenBackUntilMs };
    },
    everyMs: 1_000,
    closed: new AbortController().signal,
  };
}

interface Page {
  rows: z.output<typeof taskRow>[];
  last: string | undefined;
  /** Whether there are more than were asked for. */
  more: boolean;
}

export async function* remoteTaskPages(
  remote: Remote,
  batch: string,
  { phase, limit, after, ...span }: { phase?: Phase[]; limit: number; after?: string } & SpanOptions,
): AsyncGenerator<Page> {
  const query = new URLSearchParams({ batch });
  for (const [name, ms] of Object.entries(spanOf(span))) query.set(name, String(ms));
  if (phase) query.set('phase', phase.join(','));
  if (after !== undefined) query.set('after', after);
  let left = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  for (;;) {
    query.set('limit', String(Math.min(pageSize, left)));
    const { items, next } = await remote.get(`/tasks?${query}`, taskPage);
    left -= items.length;
    yield { rows: items, last: items.at(-1)?.task.id, more: next !== undefined && left <= 0 };
    if (next === undefined || left <= 0) return;
    query.delete('after');
    query.set('cursor', next);
  }
}

export async function remoteWhy(remote: Remote, text: string): Promise<{ why: Why; nowMs: number }> {
  const it = await remote.get(`/tasks/${encodeURIComponent(text)}`, taskDetail);
  const { task, content, provider } = it.task;
  const why = {
    ...it.why,
    untilMs: it.why.untilMs,
    task: { ...task, history: it.history },
    content: {
      process: content.process,
      zone: { id: it.payload.zone.id, location: content.zone.location, imageId: content.zone.imageId },
    },
    provider,
    batch: it.batch,
  };
  // What a command tells of a task is all here; the rest of the ledger's record is not.
  return { why: why as unknown as Why, nowMs: it.nowMs };
}
