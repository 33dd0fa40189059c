import { land } from '@nightpass/report/land';

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
  const steps = new Int16Array(await new Response(stream).arrayBuffer());
  const path = new Path2D();
  for (let at = 0; at < steps.length; ) {
    const points = steps[at++] ?? 0;
    let [lon, lat] = [0, 0];
    for (let i = 0; i < points; i++) {
      lon += steps[at++] ?? 0;
      lat += steps[at++] ?? 0;
      if (i === 0) path.moveTo(lon / 100, -lat / 100);
      else path.lineTo(lon / 100, -lat / 100);
    }
    path.closePath();
  }
  return path;
}
