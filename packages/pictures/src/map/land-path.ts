import { land } from './land.ts';

/** The coarse outline of the land, bundled: no map server is asked for anything. */

let known: Promise<Path2D> | undefined;

/** In degrees, northwards negative, as canvases count. */
export function landPath(): Promise<Path2D> {
  known ??= unpack();
  return known;
}

async function unpack(): Promise<Path2D> {
  const packed = Uint8Array.from(atob(land), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const path = new Path2D();
  for (const ring of ringsOf(new Int16Array(await new Response(stream).arrayBuffer()))) {
    for (const [i, [lon, lat]] of ring.entries()) {
      if (i === 0) path.moveTo(lon, -lat);
      else path.lineTo(lon, -lat);
    }
    path.closePath();
  }
  return path;
}

/** Rings in degrees. @param steps as make-land.mjs writes them */
export function* ringsOf(steps: Int16Array): Generator<[lon: number, lat: number][]> {
  for (let at = 0; at < steps.length; ) {
    const points = steps[at++] ?? 0;
    let [lon, lat] = [0, 0];
    yield Array.from({ length: points }, () => {
      lon += steps[at++] ?? 0;
      lat += steps[at++] ?? 0;
      return [lon / 100, lat / 100];
    });
  }
}
