import { setImmediate as breathe } from 'node:timers/promises';

/** Places in the order of their times: earliest first, of one second in the order of the grid, those not known (0) last. */

const digitBits = 11;

/** Sorted digit by digit, lowest first, so that nobody waits for more than one pass: a few milliseconds for a million. */
export async function placesByTime(seconds: Uint32Array): Promise<Uint32Array> {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const second of seconds) {
    if (second > 0 && second < first) first = second;
    if (second > last) last = second;
  }
  const unknown = last === 0 ? 0 : last - first + 1;
  const mask = (1 << digitBits) - 1;
  let places = new Uint32Array();
  for (let shift = 0; shift === 0 || unknown >= 2 ** shift; shift += digitBits) {
    const starts = new Uint32Array(mask + 2);
    const digitOf = (second: number) => ((second > 0 ? second - first : unknown) >>> shift) & mask;
    for (const second of seconds) {
      const after = digitOf(second) + 1;
      starts[after] = (starts[after] ?? 0) + 1;
    }
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
    const sorted = new Uint32Array(seconds.length);
    for (let n = 0; n < sorted.length; n++) {
      const place = shift === 0 ? n : (places[n] ?? 0);
      const digit = digitOf(seconds[place] ?? 0);
      const to = starts[digit] ?? 0;
      sorted[to] = place;
      starts[digit] = to + 1;
    }
    places = sorted;
    await breathe();
  }
  return places;
}

/** The same from an order that was right before some places changed: the others are moved as they stand. */
export function placesAnew(order: Uint32Array, changed: readonly number[], seconds: Uint32Array): Uint32Array {
  const isChanged = new Uint8Array(order.length);
  for (const place of changed) isChanged[place] = 1;
  const rest = new Uint32Array(order.length - changed.length);
  let kept = 0;
  for (let n = 0; n < order.length; n++) {
    const place = order[n] ?? 0;
    if (isChanged[place] !== 1) rest[kept++] = place;
  }
  const isBefore = (a: number, b: number) => {
    const [x, y] = [(seconds[a] ?? 0) || Number.POSITIVE_INFINITY, (seconds[b] ?? 0) || Number.POSITIVE_INFINITY];
    return x === y ? a < b : x < y;
  };
  const places = new Uint32Array(order.length);
  let [from, to] = [0, 0];
  for (const place of [...changed].sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    let [low, high] = [from, rest.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(rest[middle] ?? 0, place)) low = middle + 1;
      else high = middle;
    }
    places.set(rest.subarray(from, low), to);
    to += low - from;
    places[to++] = place;
    from = low;
  }
  places.set(rest.subarray(from), to);
  return places;
}
