import type { Zones } from '@nightpass/pictures';

/** The zones of a batch, unpacked from what the board has packed (its index/footprints.ts). */

const magic = 0x3146504e;
const headBytes = 24;

/** @throws when they are not whole */
export function unpackZones(bytes: Uint8Array): Zones {
  if (bytes.length < headBytes) throw new Error('the footprints broke off');
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const [mark = 0, count = 0, kind = 0, ringCount = 0, pointCount = 0, scale = 1] = Array.from({ length: 6 }, (_, i) =>
    head.getUint32(i * 4, true),
  );
  if (mark !== magic) throw new Error('the footprints are of another version: load the page anew');
  const numbers = numbersIn(bytes.subarray(headBytes));
  const zones: Zones = {
    count,
    boxes: new Float32Array(count * 4),
    hasOutlines: kind === 0,
    points: new Float32Array(pointCount * 2),
    rings: new Uint32Array(ringCount + 1),
    firstRing: new Uint32Array(count + 1),
  };
  if (kind === 0) unpackOutlines(zones, numbers, scale);
  else unpackBoxes(zones, numbers, scale);
  if (numbers.left() !== 0) throw new Error('the footprints broke off');
  return zones;
}

function unpackOutlines({ count, boxes, points, rings, firstRing }: Zones, numbers: Numbers, scale: number): void {
  let [ring, at] = [0, 0];
  for (let zone = 0; zone < count; zone++) {
    firstRing[zone] = ring;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let left = numbers.count(); left > 0; left--) {
      rings[ring++] = at;
      let [x, y] = [0, 0];
      for (let more = numbers.count(); more > 0; more--) {
        x += numbers.signed();
        y += numbers.signed();
        points[at++] = x / scale;
        points[at++] = y / scale;
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < south) south = y;
        if (y > north) north = y;
      }
    }
    if (west > east) continue;
    boxes[zone * 4] = west / scale;
    boxes[zone * 4 + 1] = south / scale;
    boxes[zone * 4 + 2] = east / scale;
    boxes[zone * 4 + 3] = north / scale;
  }
  firstRing[count] = ring;
  rings[ring] = at;
}

function unpackBoxes({ count, boxes }: Zones, numbers: Numbers, scale: number): void {
  for (let at = 0; at < count * 4; at += 4) {
    const [west, south] = [numbers.signed(), numbers.signed()];
    boxes[at] = west / scale;
    boxes[at + 1] = south / scale;
    boxes[at + 2] = (west + numbers.count()) / scale;
    boxes[at + 3] = (south + numbers.count()) / scale;
  }
}

interface Numbers {
  count(): number;
  signed(): number;
  /** Bytes; below zero where there were too few. */
  left(): number;
}

function numbersIn(bytes: Uint8Array): Numbers {
  let at = 0;
  function count(): number {
    let byte = bytes[at++] ?? 0;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
    }
    return value;
  }
  return {
    count,
    signed() {
      const value = count();
      return value & 1 ? -((value + 1) >>> 1) : value >>> 1;
    },
    left: () => bytes.length - at,
  };
}
