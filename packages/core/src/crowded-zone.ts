/**
 * zod hands the faults of a list on as the arguments of a call: from some 100,000 of them in one zone, that call
 * overflows the stack. A zone with more than a thousand is checked without the rest, which are only counted.
 */
const mostFaultsChecked = 1000;

const anyPosition = [0, 0];

/** @returns the zone with what is beyond the first thousand faults of its rings taken out, and how much that was */
export function thinned(zone: unknown): { zone: unknown; takenOut: number } {
  const geom = isRecord(zone) ? zone.geom : undefined;
  // Of anything else the type is the one fault: nobody looks at its rings.
  const rings = isRecord(geom) && geom.type === 'Polygon' ? geom.coordinates : undefined;
  if (!Array.isArray(rings) || faultsIn(rings) <= mostFaultsChecked) return { zone, takenOut: 0 };
  let seen = 0;
  let takenOut = 0;
  const beyond = () => {
    seen += 1;
    if (seen > mostFaultsChecked) takenOut += 1;
    return seen > mostFaultsChecked;
  };
  const coordinates: unknown[] = [];
  for (const ring of rings) {
    if (!Array.isArray(ring)) {
      if (!beyond()) coordinates.push(ring);
      continue;
    }
    const wrong = ring.some((position) => !isPosition(position));
    if (!wrong && !isClosed(ring) && beyond()) continue;
    coordinates.push(wrong ? ring.map((it) => (isPosition(it) || !beyond() ? it : anyPosition)) : ring);
  }
  return { zone: { ...(zone as object), geom: { ...(geom as object), coordinates } }, takenOut };
}

/** Wrong positions, and rings that are wrong as a whole. */
function faultsIn(rings: readonly unknown[]): number {
  let count = 0;
  for (const ring of rings) {
    if (!Array.isArray(ring)) {
      count += 1;
      continue;
    }
    let wrong = 0;
    for (const position of ring) if (!isPosition(position)) wrong += 1;
    count += wrong === 0 && !isClosed(ring) ? 1 : wrong;
  }
  return count;
}

function isPosition(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return false;
  const [longitude, latitude, altitude = 0] = value as unknown[];
  return isWithin(longitude, 180) && isWithin(latitude, 90) && isWithin(altitude, Number.MAX_VALUE);
}

function isClosed(ring: readonly (readonly unknown[])[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)];
  if (ring.length < 4 || !first || !last || first.length !== last.length) return false;
  return first.every((number, index) => number === last[index]);
}

const isWithin = (value: unknown, most: number) => typeof value === 'number' && value >= -most && value <= most;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
