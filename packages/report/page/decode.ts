import { boxedZones, type Zones } from '@nightpass/pictures';
import { codeOf, type Phase } from '@nightpass/pictures/phases';

/** What the page carries, unpacked: see pack.ts, which packs it. */

export async function bytesOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(document.getElementById(id)?.textContent ?? ''), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers that were packed as differences, in four planes of bytes. */
export function numbersOf(bytes: Uint8Array): Int32Array {
  const count = bytes.length / 4;
  const numbers = new Int32Array(count);
  const plane = (n: number, i: number) => (bytes[n * count + i] ?? 0) << (8 * n);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const step = plane(0, i) | plane(1, i) | plane(2, i) | plane(3, i);
    before = (before + ((step >>> 1) ^ -(step & 1))) | 0;
    numbers[i] = before;
  }
  return numbers;
}

export const linesOf = (bytes: Uint8Array): string[] =>
  bytes.length === 0 ? [] : new TextDecoder().decode(bytes).split('\n');

/** Phases as the pictures count them. @param phases as the grid's bytes do */
export function codesOf(grid: Uint8Array, phases: readonly Phase[]): Uint8Array {
  const codes = Uint8Array.from(phases, (phase) => codeOf[phase]);
  return grid.map((byte) => codes[byte] ?? 0);
}

/** @param numbers all zones' middles eastwards, then northwards, then their widths, then their heights, in steps */
export function zonesOf(numbers: Int32Array, stepDegrees: number): Zones {
  const count = numbers.length / 4;
  const boxes = new Float32Array(numbers.length);
  const at = (part: number, zone: number) => (numbers[part * count + zone] ?? 0) * stepDegrees;
  for (let zone = 0; zone < count; zone++) {
    const [lon, lat] = [at(0, zone), at(1, zone)];
    const [east, north] = [at(2, zone) / 2, at(3, zone) / 2];
    boxes.set([lon - east, lat - north, lon + east, lat + north], zone * 4);
  }
  return boxedZones(boxes);
}
