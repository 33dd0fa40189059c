/** Numbers that look random and are the same for the same seed. */
export type Random = () => number;

/** A 32-bit hash of a text (FNV-1a, then mixed so that near texts give far numbers). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Mulberry32: each call gives a number from 0 up to, but not including, 1. */
export function randomFrom(seed: string): Random {
  let state = hash32(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One number, or a number between two bounds. */
export function drawBetween(range: number | readonly [number, number], random: Random): number {
  return typeof range === 'number' ? range : range[0] + (range[1] - range[0]) * random();
}
