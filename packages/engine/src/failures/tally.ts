/**
 * Finds what nearly all of many values have in common, holding few of them (the algorithm of Misra and Gries). What it
 * counts is never more than was there, and for a value that nine in ten have, less by under a hundredth.
 */
export interface Tally {
  add(value: string): void;
  /** The value that at least `share` of all have, and how many surely have it. */
  shared(share: number): { value: string; count: number } | undefined;
}

const held = 16;

export function createTally(): Tally {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    add(value) {
      all += 1;
      const count = counts.get(value);
      if (count !== undefined || counts.size < held) {
        counts.set(value, (count ?? 0) + 1);
        return;
      }
      for (const [other, n] of counts) {
        if (n === 1) counts.delete(other);
        else counts.set(other, n - 1);
      }
    },
    shared(share) {
      for (const [value, count] of counts) if (count >= share * all) return { value, count };
      return undefined;
    },
  };
}
