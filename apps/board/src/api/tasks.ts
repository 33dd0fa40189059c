import { type BatchId, parseTaskId, type TaskId, taskIdOf } from '@nightpass/core';
import { listBatches, readBatch, refAt } from '@nightpass/engine';
import { z } from 'zod';
import type { BatchIndex } from '../index/batch-index.ts';
import type { Query } from '../index/matches.ts';
import type { Order, Place, Sort } from '../index/orderings.ts';
import { type Hits, search } from '../index/search.ts';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { indexOf } from './batches.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { taskPage, tasksQuery } from './schemas/tasks.ts';
import { rowsOf } from './task-rows.ts';

/** Without a batch, the newest are searched, up to so many tasks in all. */
const newestBatches = 10;
const mostTasks = 2_000_000;
/** Reasons that were just wanted are waited for, but not for long. */
const reasonsWithinMs = 60;

type Asked = z.output<typeof tasksQuery>;
type Page = z.input<typeof taskPage>;

const place = z.object({ batch: z.string(), index: z.int().min(0), byte: z.int(), second: z.int().default(0) });

export function taskSearchRoute(app: Api, parts: ApiParts): void {
  const schema = {
    tags: ['look'],
    summary: 'Search tasks',
    description:
      'Every condition that is given must hold. The list is as of a second ago; each task in it is read fresh. Pages are stable: what changes meanwhile moves nothing else.',
    querystring: tasksQuery,
    response: { 200: taskPage },
  };
  app.get('/tasks', { schema }, async ({ query }) =>
    query.remoteId === undefined ? byConditions(parts, query) : byRemoteId(parts, query, query.remoteId),
  );
}

async function byConditions(parts: ApiParts, asked: Asked): Promise<Page> {
  const after = fromCursor(asked.cursor, place) ?? (await placeAfter(parts, asked));
  const order = orderOf(asked.sort);
  const rows: Page['items'] = [];
  let total = 0;
  let complete = true;
  let next: Page['next'];
  const searched = { batches: [] as string[], tasks: 0 };
  let isBehind = after === undefined;
  for (const index of await indexesFor(parts, asked.batch)) {
    const { batch } = index;
    searched.batches.push(batch.id);
    searched.tasks += batch.taskCount;
    if (asked.error !== undefined || asked.family !== undefined) {
      complete = (await index.reasons.settled(reasonsWithinMs)) && complete;
    }
    const isHere = after?.batch === batch.id;
    isBehind ||= isHere;
    const limit = isBehind && next === undefined ? asked.limit - rows.length : 0;
    const hits: Hits = await search(index, queryOf(asked), order, { after: isHere ? after : undefined, limit });
    total += hits.total;
    rows.push(...(await rowsOf(parts.ledger, batch, idsOf(index, hits.page))));
    const last = hits.page.at(-1);
    if (limit > 0 && rows.length >= asked.limit && last) next = toCursor({ batch: batch.id, ...last });
    if (limit > 0 && next !== undefined && !hits.more) next = await orNothing(parts, asked, index, next);
  }
  return { items: rows, total, searched, complete, ...(next !== undefined && { next }) };
}

/** The page ends where its batch does: there is a next one only if there is another batch to go on with. */
async function orNothing(parts: ApiParts, asked: Asked, index: BatchIndex, next: string): Promise<string | undefined> {
  const all = await indexesFor(parts, asked.batch);
  return all.findIndex((it) => it.batch.id === index.batch.id) < all.length - 1 ? next : undefined;
}

async function placeAfter(parts: ApiParts, asked: Asked): Promise<(Place & { batch: string }) | undefined> {
  if (asked.after === undefined) return undefined;
  const ref = parseTaskId(asked.after);
  if (!ref || ref.batchId !== asked.batch || asked.sort !== 'task') {
    throw new Refused(400, 'query.after: name a task of the batch that is searched, in the order of its tasks');
  }
  const { batch } = await indexOf(parts, asked.batch);
  return { batch: batch.id, index: ref.processIndex * batch.zoneCount + ref.zoneIndex, byte: 0, second: 0 };
}

async function indexesFor(parts: ApiParts, batch: string | undefined): Promise<BatchIndex[]> {
  if (batch !== undefined) return [await indexOf(parts, batch)];
  const found: BatchIndex[] = [];
  let tasks = 0;
  for (const id of await listBatches(parts.ledger, { offset: 0, limit: newestBatches })) {
    const record = await readBatch(parts.ledger, id);
    tasks += record?.taskCount ?? 0;
    if (found.length > 0 && tasks > mostTasks) break;
    const index = await parts.indexes.get(id);
    if (index) found.push(index);
  }
  return found;
}

const queryOf = (asked: Asked): Query => {
  const { phase, process, zone, location, image, error, provider, family, movedSinceMs, movedUntilMs } = asked;
  return { phase, process, zone, location, image, error, provider, family, movedSinceMs, movedUntilMs };
};

function orderOf(sort: Asked['sort']): Order {
  const descending = sort.startsWith('-');
  return { by: sort.replace('-', '') as Sort, descending };
}

const idsOf = ({ batch }: BatchIndex, page: readonly Place[]): TaskId[] =>
  page.map(({ index }) => taskIdOf(refAt(index, batch)));

/** The ledger knows whose each remote job is. The other conditions must hold as well. */
async function byRemoteId(parts: ApiParts, asked: Asked, remoteId: string): Promise<Page> {
  const { ledger, settings } = parts;
  const owners = await Promise.all(
    [...settings.providers.keys()].map((name) => ledger.redis.hget(ledger.keys.provider(name).claims, remoteId)),
  );
  const items: Page['items'] = [];
  const searched = { batches: [] as string[], tasks: 0 };
  for (const id of new Set(owners.filter((it) => it !== null))) {
    const ref = parseTaskId(id);
    const batch = ref && (await readBatch(ledger, ref.batchId as BatchId));
    if (!ref || !batch || (asked.batch !== undefined && asked.batch !== batch.id)) continue;
    searched.batches.push(batch.id);
    const [row] = await rowsOf(ledger, batch, [id as TaskId]);
    const hits = row && (await isMeant(parts, asked, batch.id, ref.processIndex * batch.zoneCount + ref.zoneIndex));
    if (row && hits) items.push(row);
  }
  searched.tasks = items.length;
  return { items, total: items.length, searched, complete: true };
}

async function isMeant(parts: ApiParts, asked: Asked, batch: string, index: number): Promise<boolean> {
  const conditions = Object.values(queryOf(asked)).filter((it) => it !== undefined);
  if (conditions.length === 0) return true;
  const its = await indexOf(parts, batch);
  const before = index === 0 ? undefined : { index: index - 1, byte: 0, second: 0 };
  const { page } = await search(its, queryOf(asked), { by: 'task', descending: false }, { after: before, limit: 1 });
  return page[0]?.index === index;
}
