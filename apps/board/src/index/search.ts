import type { BatchIndex } from './batch-index.ts';
import { type Matches, matchesOf, type Query } from './matches.ts';
import { type Order, type Ordering, orderingOf, type Place } from './orderings.ts';

/** Looking for tasks in one batch's index. Nothing here asks Redis, but for the times where they are asked for first. */

export interface Hits {
  total: number;
  page: Place[];
  /** Whether there are more behind the page. */
  more: boolean;
}

export async function search(
  index: BatchIndex,
  query: Query,
  order: Order,
  page: { after: Place | undefined; limit: number },
): Promise<Hits> {
  const matches = await matchesOf(index, query);
  const { total } = matches;
  if (page.limit === 0 || total === 0) return { total, page: [], more: total > 0 };
  const ordering = await orderingOf(index, order, page.after);
  // One more than asked for shows whether there are more.
  const found = matches.few
    ? chosen(matches.few, ordering, page.limit + 1)
    : walked(matches, ordering, index.batch.taskCount, page.limit + 1);
  return { total, page: found.slice(0, page.limit).map(ordering.placeOf), more: found.length > page.limit };
}

/** The first of few, without sorting them all. */
function chosen(few: Uint32Array, { rankOf, after }: Ordering, most: number): number[] {
  const places: number[] = [];
  const ranks: number[] = [];
  for (const index of few) {
    const rank = rankOf(index);
    if (rank <= after || (ranks.length === most && rank > (ranks[most - 1] ?? 0))) continue;
    const at = firstWhere(ranks.length, (n) => (ranks[n] ?? 0) > rank);
    ranks.splice(at, 0, rank);
    places.splice(at, 0, index);
    if (ranks.length > most) {
      ranks.pop();
      places.pop();
    }
  }
  return places;
}

/** Many are met soon, wherever one begins. */
function walked({ test }: Matches, { at, rankOf, after }: Ordering, count: number, most: number): number[] {
  const places: number[] = [];
  for (let n = firstWhere(count, (k) => rankOf(at(k)) > after); n < count && places.length < most; n++) {
    const index = at(n);
    if (test(index)) places.push(index);
  }
  return places;
}

/** Of so many, of which those that are come after those that are not. */
function firstWhere(count: number, is: (n: number) => boolean): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (is(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
