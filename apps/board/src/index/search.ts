import { type Phase, phases } from '@nightpass/core';
import type { BatchIndex } from './batch-index.ts';
import { byteOf, phaseMask } from './grid-bytes.ts';

/** Looking for tasks in one batch's index. Nothing here asks Redis. */

export interface Query {
  phase?: readonly Phase[] | undefined;
  process?: readonly number[] | undefined;
  zone?: readonly number[] | undefined;
  location?: string | undefined;
  image?: string | undefined;
  error?: string | undefined;
  provider?: string | undefined;
  family?: string | undefined;
}

export type Sort = 'task' | 'zone' | 'location' | 'phase';

export interface Order {
  by: Sort;
  descending: boolean;
}

/** Where a page ended: the task's place, and what byte stood there, since that is what it was sorted by. */
export interface Place {
  index: number;
  byte: number;
}

export interface Hits {
  total: number;
  page: Place[];
  /** Whether there are more behind the page. */
  more: boolean;
}

type Test = (index: number) => boolean;

export async function search(
  index: BatchIndex,
  query: Query,
  order: Order,
  page: { after: Place | undefined; limit: number },
): Promise<Hits> {
  const { batch } = index;
  const { grid } = index;
  const masks = masksOf(index, query);
  const { byPhase, byProcess, byZone, byText } = masks;
  const { ofTask } = index.reasons;
  const { zoneCount } = batch;
  const test: Test = (i) =>
    byPhase[grid[i] ?? 0] === 1 &&
    byProcess[Math.floor(i / zoneCount)] === 1 &&
    (!byZone || byZone[i % zoneCount] === 1) &&
    (!byText || byText[ofTask[i] ?? 0] === 1);
  const total = countAll(grid, zoneCount, masks, ofTask);
  const hits: Place[] = [];
  for (const i of await inOrder(index, order, page.after, test)) {
    if (hits.length === page.limit) return { total, page: hits, more: true };
    hits.push({ index: i, byte: grid[i] ?? 0 });
  }
  return { total, page: hits, more: false };
}

interface Masks {
  byPhase: Uint8Array;
  byProcess: Uint8Array;
  byZone: Uint8Array | undefined;
  byText: Uint8Array | undefined;
}

function masksOf({ batch, locations, images, reasons }: BatchIndex, query: Query): Masks {
  const byProcess = new Uint8Array(batch.processCount).map((_, p) => {
    const named = !query.process || query.process.includes(p);
    return named && (query.provider === undefined || batch.providers[p] === query.provider) ? 1 : 0;
  });
  const zones: Uint8Array[] = [];
  if (query.zone) {
    const named = new Uint8Array(batch.zoneCount);
    for (const z of query.zone) if (z < batch.zoneCount) named[z] = 1;
    zones.push(named);
  }
  if (query.location !== undefined) zones.push(locations.having(query.location));
  if (query.image !== undefined) zones.push(images.having(query.image));
  const texts: Uint8Array[] = [];
  if (query.error !== undefined) texts.push(reasons.having(query.error));
  if (query.family !== undefined) texts.push(reasons.ofFamily(query.family));
  return { byPhase: phaseMask(query.phase), byProcess, byZone: all(zones), byText: all(texts) };
}

function all([first, ...others]: Uint8Array[]): Uint8Array | undefined {
  return first?.map((bit, i) => (bit === 1 && others.every((mask) => mask[i] === 1) ? 1 : 0));
}

/** In one pass, in the order of memory. */
function countAll(grid: Buffer, zoneCount: number, masks: Masks, ofTask: Uint32Array): number {
  const { byPhase, byProcess, byZone, byText } = masks;
  let total = 0;
  for (let p = 0; p < byProcess.length; p++) {
    if (byProcess[p] !== 1) continue;
    const start = p * zoneCount;
    for (let z = 0; z < zoneCount; z++) {
      const i = start + z;
      if (byPhase[grid[i] ?? 0] !== 1) continue;
      if (byZone && byZone[z] !== 1) continue;
      if (byText && byText[ofTask[i] ?? 0] !== 1) continue;
      total += 1;
    }
  }
  return total;
}

/** Places that pass the test, in that order, after a place. */
async function inOrder(
  index: BatchIndex,
  { by, descending }: Order,
  after: Place | undefined,
  test: Test,
): Promise<Iterable<number>> {
  const { taskCount, zoneCount, processCount } = index.batch;
  const step = descending ? -1 : 1;
  switch (by) {
    case 'task':
      return walk(taskCount, step, after?.index, (k) => k, test);
    case 'zone':
      return walk(taskCount, step, after && zoneFirst(after.index), (k) => taskOfZone(k), test);
    case 'location': {
      const order = await index.byLocation();
      const rank = after && order.indexOf(after.index % zoneCount);
      const from = after && rank !== undefined ? rank * processCount + Math.floor(after.index / zoneCount) : undefined;
      return walk(
        taskCount,
        step,
        from,
        (k) => (k % processCount) * zoneCount + (order[Math.floor(k / processCount)] ?? 0),
        test,
      );
    }
    case 'phase':
      return walkPhases(index, step, after, test);
    default:
      return by satisfies never;
  }

  function zoneFirst(i: number): number {
    return (i % zoneCount) * processCount + Math.floor(i / zoneCount);
  }
  function taskOfZone(k: number): number {
    return (k % processCount) * zoneCount + Math.floor(k / processCount);
  }
}

function* walk(
  count: number,
  step: 1 | -1,
  after: number | undefined,
  placeOf: (k: number) => number,
  test: Test,
): Generator<number> {
  for (let k = after === undefined ? (step === 1 ? 0 : count - 1) : after + step; k >= 0 && k < count; k += step) {
    const i = placeOf(k);
    if (test(i)) yield i;
  }
}

function* walkPhases(index: BatchIndex, step: 1 | -1, after: Place | undefined, test: Test): Generator<number> {
  const { grid } = index;
  const order = phases.map(byteOf);
  if (step === -1) order.reverse();
  const from = after ? Math.max(0, order.indexOf(after.byte)) : 0;
  for (const [n, byte] of order.entries()) {
    if (n < from) continue;
    const next = (at: number) => {
      if (at < 0 || at >= grid.length) return -1;
      return step === 1 ? grid.indexOf(byte, at) : grid.lastIndexOf(byte, at);
    };
    const start = after && n === from ? after.index + step : step === 1 ? 0 : grid.length - 1;
    for (let i = next(start); i !== -1; i = next(i + step)) if (test(i)) yield i;
  }
}
