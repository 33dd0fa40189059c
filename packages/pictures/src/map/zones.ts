/** The zones of a batch as numbers: where they lie. */

export interface Zones {
  count: number;
  /** Of each zone: west, south, east, north, in degrees. */
  boxes: Float32Array;
  /** False where they are too many for it: then a zone is its box. */
  hasOutlines: boolean;
  /** Longitude, latitude, … of all rings, in degrees. */
  points: Float32Array;
  /** Of each ring, where its points begin in `points`; one more at the end. */
  rings: Uint32Array;
  /** Of each zone, which ring is its first; one more at the end. */
  firstRing: Uint32Array;
}

const noPoints = { hasOutlines: false, points: new Float32Array(0), rings: new Uint32Array(1) };

/** Zones of which nothing is known but their boxes. */
export function boxedZones(boxes: Float32Array): Zones {
  const count = boxes.length / 4;
  return { ...noPoints, count, boxes, firstRing: new Uint32Array(count + 1) };
}
