import { phases } from '@nightpass/core';
import type { BatchIndex } from './batch-index.ts';
import { byteOf } from './grid-bytes.ts';

/** The orders in which tasks can be listed. */

export type Sort = 'task' | 'zone' | 'location' | 'phase' | 'moved';

export interface Order {
  by: Sort;
  descending: boolean;
}

/** Where a page ended: the task's place, and what was true of it then, since that is what it was sorted by. */
export interface Place {
  index: number;
  byte: number;
  /** When it last moved; only known where tasks are sorted by it. */
  second: number;
}

export interface Ordering {
  /** The nth of all tasks. */
  at(n: number): number;
  /** What stands later has a greater one. */
  rankOf(index: number): number;
  /** Of where the page before ended. */
  after: number;
  placeOf(index: number): Place;
}

export async function orderingOf(index: BatchIndex, { by, descending }: Order, after?: Place): Promise<Ordering> {
  if (by === 'moved') return byTime(index, descending, after);
  const ascending = await ascendingBy(index, by, after);
  return descending ? reversed(ascending, index.batch.taskCount) : ascending;
}

async function ascendingBy(index: BatchIndex, by: Exclude<Sort, 'moved'>, after: Place | undefined): Promise<Ordering> {
  const { zoneCount, processCount, taskCount } = index.batch;
  const zones = by === 'location' ? await index.byLocation() : undefined;
  const { grid } = index;
  const placeOf = (i: number): Place => ({ index: i, byte: grid[i] ?? 0, second: 0 });
  const ordering = (rankOf: Ordering['rankOf'], at: Ordering['at']): Ordering => ({
    at,
    rankOf,
    after: after ? rankOf(after.index) : Number.NEGATIVE_INFINITY,
    placeOf,
  });
  switch (by) {
    case 'task':
      return ordering(
        (i) => i,
        (n) => n,
      );
    case 'zone':
    case 'location':
      return ordering(
        (i) => {
          const zone = i % zoneCount;
          return (zones?.ranks[zone] ?? zone) * processCount + Math.floor(i / zoneCount);
        },
        (n) => {
          const row = Math.floor(n / processCount);
          return (n % processCount) * zoneCount + (zones?.order[row] ?? row);
        },
      );
    case 'phase': {
      const order = index.byPhase();
      const rankOf = (i: number) => (phaseRanks[grid[i] ?? 0] ?? 0) * taskCount + i;
      const it = ordering(rankOf, (n) => order[n] ?? 0);
      return after ? { ...it, after: (phaseRanks[after.byte] ?? 0) * taskCount + after.index } : it;
    }
    default:
      return by satisfies never;
  }
}

function reversed(it: Ordering, count: number): Ordering {
  const { at, rankOf, after, placeOf } = it;
  return {
    at: (n) => at(count - 1 - n),
    rankOf: (i) => -rankOf(i),
    after: after === Number.NEGATIVE_INFINITY ? after : -after,
    placeOf,
  };
}

/** What is not known comes last, in both directions. */
async function byTime(index: BatchIndex, descending: boolean, after: Place | undefined): Promise<Ordering> {
  const times = await index.moved();
  const order = await times.inOrder();
  const { seconds, known } = times;
  const { grid } = index;
  const count = seconds.length;
  const secondAt = (n: number) => seconds[order[n] ?? 0] ?? 0;
  const edges = known > 0 ? [secondAt(0), secondAt(known - 1)] : [];
  if (after && after.second > 0) edges.push(after.second);
  const [least, most] = edges.length > 0 ? [Math.min(...edges), Math.max(...edges)] : [0, 0];
  const rank = (i: number, second: number) => {
    if (second === 0) return (most - least + 1) * count + (descending ? count - 1 - i : i);
    return descending ? (most - second) * count + (count - 1 - i) : (second - least) * count + i;
  };
  return {
    at(n) {
      if (!descending) return order[n] ?? 0;
      return (n < known ? order[known - 1 - n] : order[count - 1 - (n - known)]) ?? 0;
    },
    rankOf: (i) => rank(i, seconds[i] ?? 0),
    after: after ? rank(after.index, after.second) : Number.NEGATIVE_INFINITY,
    placeOf: (i) => ({ index: i, byte: grid[i] ?? 0, second: seconds[i] ?? 0 }),
  };
}

const phaseRanks = new Uint8Array(256);
for (const [rank, phase] of phases.entries()) phaseRanks[byteOf(phase)] = rank;

/** Places by phase, and of one phase in the order of the grid. */
export function placesByPhase(grid: Buffer): Uint32Array {
  const starts = new Uint32Array(phases.length + 1);
  for (const byte of grid) {
    const after = (phaseRanks[byte] ?? 0) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const places = new Uint32Array(grid.length);
  for (let i = 0; i < grid.length; i++) {
    const rank = phaseRanks[grid[i] ?? 0] ?? 0;
    const to = starts[rank] ?? 0;
    places[to] = i;
    starts[rank] = to + 1;
  }
  return places;
}
