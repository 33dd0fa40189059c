// What the page carries, unpacked: see pack.ts, which packs it.

/** @returns the bytes of a data block of the page */
export async function bytesOf(id) {
  const text = atob(document.getElementById(id).textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers that were packed as differences, in four planes of bytes. */
export function numbersOf(bytes) {
  const count = bytes.length / 4;
  const numbers = new Int32Array(count);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const step = bytes[i] | (bytes[count + i] << 8) | (bytes[2 * count + i] << 16) | (bytes[3 * count + i] << 24);
    before = (before + ((step >>> 1) ^ -(step & 1))) | 0;
    numbers[i] = before;
  }
  return numbers;
}

export const linesOf = (bytes) => (bytes.length === 0 ? [] : new TextDecoder().decode(bytes).split('\n'));

/** Rings of the land, in degrees, flat: longitude, latitude, … */
export function ringsOf(bytes) {
  const numbers = new Int16Array(bytes.buffer, 0, bytes.length / 2);
  const rings = [];
  for (let at = 0; at < numbers.length; ) {
    const points = numbers[at++];
    const ring = new Float32Array(points * 2);
    let [lon, lat] = [0, 0];
    for (let i = 0; i < points; i++) {
      lon += numbers[at++];
      lat += numbers[at++];
      ring[2 * i] = lon / 100;
      ring[2 * i + 1] = lat / 100;
    }
    rings.push(ring);
  }
  return rings;
}
