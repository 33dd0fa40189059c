import type { Polygon, Zone } from '@nightpass/core';
import type { ZoneTable } from './snapshot.ts';

/** Where zones are and what they are called, packed: the same name is held once, positions as whole numbers. */

/** With more zones than this, a finer place would not be seen, and would make the report several times larger. */
const manyZones = 100_000;

export function createZoneTable(zoneCount: number) {
  const stepDegrees = zoneCount > manyZones ? 0.01 : 0.001;
  const indexOf = new Map<string, number>();
  const names: string[] = [];
  const nameOf = new Uint32Array(zoneCount);
  const boxes = new Int32Array(zoneCount * 4);
  let ids: string[] | undefined;
  return {
    set(index: number, zone: Zone): void {
      let name = indexOf.get(zone.location);
      if (name === undefined) {
        name = names.push(zone.location) - 1;
        indexOf.set(zone.location, name);
      }
      nameOf[index] = name;
      if (zone.id !== undefined && zone.id !== index) {
        ids ??= Array<string>(zoneCount).fill('');
        ids[index] = String(zone.id);
      }
      const { lon, lat, width, height } = boxOf(zone.geom);
      boxes.set(
        [lon, lat, width, height].map((degrees) => Math.round(degrees / stepDegrees)),
        index * 4,
      );
    },
    read: (): ZoneTable => ({ nameOf, names, ids, boxes, stepDegrees }),
  };
}

/** The box around an area, in degrees. One that spans more than half the globe, and not all of it, is taken to cross the antimeridian. */
export function boxOf({ coordinates }: Polygon): { lon: number; lat: number; width: number; height: number } {
  const box = span(coordinates, (lon) => lon);
  const crossing = box.width > 180 && box.width < 360 ? span(coordinates, (lon) => (lon < 0 ? lon + 360 : lon)) : box;
  if (crossing.width >= box.width) return box;
  return { ...crossing, lon: crossing.lon > 180 ? crossing.lon - 360 : crossing.lon };
}

function span(rings: readonly (readonly (readonly number[])[])[], shift: (lon: number) => number) {
  let [west, south, east, north] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const [rawLon = 0, lat = 0] of ring) {
      const lon = shift(rawLon);
      [west, east] = [Math.min(west, lon), Math.max(east, lon)];
      [south, north] = [Math.min(south, lat), Math.max(north, lat)];
    }
  }
  if (west > east) return { lon: 0, lat: 0, width: 0, height: 0 };
  return { lon: (west + east) / 2, lat: (south + north) / 2, width: east - west, height: north - south };
}
