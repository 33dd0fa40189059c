/** The zones of a batch as numbers: their footprints, boxes and names, read from the API's lines as they come. */

export interface Zones {
  count: number;
  /** Of each zone: west, south, east, north, in degrees. */
  boxes: Float32Array;
  /** Longitude, latitude, … of all rings, in degrees. */
  points: Float32Array;
  /** Of each ring, where its points begin in `points`; one more at the end. */
  rings: Uint32Array;
  /** Of each zone, which ring is its first; one more at the end. */
  firstRing: Uint32Array;
  locations: string[];
  images: string[];
}

export interface ZoneReader {
  line(text: string): void;
  done(): Zones;
}

/** @param count zones to come, as the first line says */
export function zoneReader(): ZoneReader {
  let scale = 1;
  let count = 0;
  let boxes = new Float32Array(0);
  let firstRing = new Uint32Array(1);
  let points = new Float32Array(1024);
  let rings = new Uint32Array(256);
  let [pointsUsed, ringsUsed, read] = [0, 0, 0];
  const [locations, images]: [string[], string[]] = [[], []];

  function begin(head: { zones: number; scale: number }): void {
    ({ zones: count, scale } = head);
    boxes = new Float32Array(count * 4);
    firstRing = new Uint32Array(count + 1);
  }

  function addRing(steps: readonly number[], box: [number, number, number, number]): void {
    if (pointsUsed + steps.length > points.length) points = grown(points, pointsUsed + steps.length);
    if (ringsUsed + 1 >= rings.length) rings = grown(rings, ringsUsed + 2);
    rings[ringsUsed++] = pointsUsed;
    let [x, y] = [0, 0];
    for (let i = 0; i + 1 < steps.length; i += 2) {
      x += steps[i] ?? 0;
      y += steps[i + 1] ?? 0;
      const [lon, lat] = [x / scale, y / scale];
      points[pointsUsed++] = lon;
      points[pointsUsed++] = lat;
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }

  return {
    line(text) {
      const value = JSON.parse(text) as unknown;
      if (!Array.isArray(value)) return begin(value as { zones: number; scale: number });
      const [index, location, image, outline] = value as [number, string, string, number[][]];
      const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
      firstRing[index] = ringsUsed;
      for (const ring of outline) addRing(ring, box);
      boxes.set(box.every(Number.isFinite) ? box : [0, 0, 0, 0], index * 4);
      locations[index] = location;
      images[index] = image;
      read += 1;
    },
    done() {
      if (read !== count) throw new Error(`of ${count} zones, ${read} came`);
      firstRing[count] = ringsUsed;
      rings[ringsUsed] = pointsUsed;
      return {
        count,
        boxes,
        points: points.slice(0, pointsUsed),
        rings: rings.slice(0, ringsUsed + 1),
        firstRing,
        locations,
        images,
      };
    },
  };
}

function grown<T extends Float32Array | Uint32Array>(list: T, least: number): T {
  const larger = new (list.constructor as new (size: number) => T)(Math.max(least, list.length * 2));
  larger.set(list);
  return larger;
}

/** Line by line as it comes, so that the page stays awake. */
export async function readZones(answer: Response): Promise<Zones> {
  const reader = zoneReader();
  if (!answer.body) throw new Error('the zones came without a body');
  const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let turn = await text.read(); !turn.done; turn = await text.read()) {
    const lines = (rest + turn.value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) reader.line(line);
  }
  if (rest !== '') reader.line(rest);
  return reader.done();
}
