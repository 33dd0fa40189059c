import { promisify } from 'node:util';
import { gunzip as gunzipOf, gzip as gzipOf } from 'node:zlib';

/**
 * Where the zones of a batch lie, as a map draws them: small enough to be kept for each batch that is looked at, and read
 * at a hundred times the speed of JSON.
 *
 * A head of six numbers of 32 bits, little end first: `NPF1`, zones, what is told of each (0: outline, 1: box), rings,
 * points, and how many of its units make a degree. Then whole numbers in bytes of seven bits, the lowest first, all but the
 * last with the eighth set; those that may be negative as 2n, or -2n - 1.
 * - An outline: how many rings; of each ring, how many points, then x and y of the first and the steps from point to
 *   point. The last point, which repeats the first, is left out.
 * - A box: x and y of its west and south corner, its width, its height. A zone without a place has a box at 0, 0.
 */
export interface Footprints {
  readonly bytes: number;
  zipped(): Promise<Buffer>;
  plain(): Promise<Buffer>;
}

export interface FootprintsBuilder {
  /** The next zone's rings; none where the ledger has no such zone. */
  push(rings: readonly (readonly number[][])[]): void;
  build(): Footprints;
}

/** Beyond so many zones a footprint is less than a pixel: a box tells as much, in a third of the memory. */
export const mostOutlines = 250_000;

const scale = 100_000;
const magic = 0x3146504e;
const headBytes = 24;
const gzip = promisify(gzipOf);
const gunzip = promisify(gunzipOf);

export function footprints(zones: number, outlinesUpTo = mostOutlines): FootprintsBuilder {
  const asBoxes = zones > outlinesUpTo;
  let bytes = Buffer.allocUnsafe(headBytes + zones * 24 + 64);
  let [used, rings, points] = [headBytes, 0, 0];

  function room(more: number): void {
    if (used + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(used + more, Math.ceil(bytes.length * 1.5)));
    bytes.copy(larger, 0, 0, used);
    bytes = larger;
  }

  function count(value: number): void {
    let rest = value;
    while (rest >= 128) {
      bytes[used++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    bytes[used++] = rest;
  }
  const signed = (value: number) => count(value < 0 ? -2 * value - 1 : 2 * value);

  function pushOutline(outline: readonly (readonly number[][])[]): void {
    room(8);
    count(outline.length);
    for (const ring of outline) {
      const length = isClosed(ring) ? ring.length - 1 : ring.length;
      room(8 + length * 12);
      count(length);
      let [x, y] = [0, 0];
      for (let i = 0; i < length; i++) {
        const [nextX, nextY] = [whole(ring[i]?.[0]), whole(ring[i]?.[1])];
        signed(nextX - x);
        signed(nextY - y);
        [x, y] = [nextX, nextY];
      }
      points += length;
    }
    rings += outline.length;
  }

  function pushBox([ring = []]: readonly (readonly number[][])[]): void {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [lon = 0, lat = 0] of ring) {
      west = Math.min(west, lon);
      south = Math.min(south, lat);
      east = Math.max(east, lon);
      north = Math.max(north, lat);
    }
    if (west > east) [west, south, east, north] = [0, 0, 0, 0];
    room(32);
    signed(whole(west));
    signed(whole(south));
    count(whole(east) - whole(west));
    count(whole(north) - whole(south));
  }

  return {
    push: asBoxes ? pushBox : pushOutline,
    build() {
      const head = [magic, zones, asBoxes ? 1 : 0, rings, points, scale];
      for (const [i, value] of head.entries()) bytes.writeUInt32LE(value, i * 4);
      return kept(bytes.subarray(0, used));
    },
  };
}

/** Packed once. Until that is done, and never after, the plain bytes are in memory too. */
function kept(plain: Buffer): Footprints {
  let size = plain.length;
  const zipping = gzip(plain, { level: 4 }).then((zipped) => {
    size = zipped.length;
    return zipped;
  });
  // Whoever asks is told; nobody may have.
  zipping.catch(() => {});
  return {
    get bytes() {
      return size;
    },
    zipped: () => zipping,
    plain: async () => gunzip(await zipping),
  };
}

const whole = (degrees: number | undefined) => Math.round((degrees ?? 0) * scale);

function isClosed(ring: readonly number[][]): boolean {
  const [first, last] = [ring[0], ring.at(-1)];
  return ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
}
