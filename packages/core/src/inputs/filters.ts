import { isJsonObject, type JsonValue } from '../json-value.ts';
import type { Polygon } from '../task.ts';

/** What a filter makes of a value; undefined: the value is of a kind that it does not take. */
export interface Filter {
  /** What it takes, for people. */
  takes: string;
  of(value: JsonValue): JsonValue | undefined;
}

/** Of a GeoJSON Polygon. */
function ofPolygon(make: (polygon: Polygon) => JsonValue): Filter {
  return { takes: 'a Polygon', of: (value) => (isPolygon(value) ? make(value) : undefined) };
}

/** Of a date, or a date and time, as ISO 8601 writes them; the day is the one that is written, in whatever zone. */
function ofDate(part: (date: string) => string): Filter {
  const of = (value: JsonValue) => {
    const date = typeof value === 'string' ? isoDate.exec(value)?.[1] : undefined;
    return date === undefined || !isInCalendar(date) ? undefined : part(date);
  };
  return { takes: 'a date such as 2027-03-01 or 2027-03-01T10:30:00Z', of };
}

const filters = {
  wkt: ofPolygon(wktOf),
  bbox: ofPolygon((polygon) => {
    const { west, south, east, north } = extentOf(polygon);
    return [west, south, east, north];
  }),
  extent: ofPolygon(extentOf),
  west: ofPolygon((polygon) => extentOf(polygon).west),
  south: ofPolygon((polygon) => extentOf(polygon).south),
  east: ofPolygon((polygon) => extentOf(polygon).east),
  north: ofPolygon((polygon) => extentOf(polygon).north),
  date: ofDate((date) => date),
  year: ofDate((date) => date.slice(0, 4)),
  month: ofDate((date) => date.slice(5, 7)),
  day: ofDate((date) => date.slice(8)),
  json: { takes: 'a value', of: (value: JsonValue) => JSON.stringify(value) },
} as const satisfies Record<string, Filter>;

export type FilterName = keyof typeof filters;
export const filterNames = Object.keys(filters) as FilterName[];
export const isFilterName = (name: string): name is FilterName => Object.hasOwn(filters, name);

/** A value through its filters, or the one that does not take what comes to it. */
export function filtered(
  value: JsonValue,
  names: readonly FilterName[],
): { ok: true; value: JsonValue } | { ok: false; takes: string } {
  let made = value;
  for (const name of names) {
    const next = filters[name].of(made);
    if (next === undefined) return { ok: false, takes: filters[name].takes };
    made = next;
  }
  return { ok: true, value: made };
}

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}[\d:.,]*(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function isInCalendar(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

function isPolygon(value: JsonValue): value is JsonValue & Polygon {
  if (!isJsonObject(value) || value.type !== 'Polygon' || !Array.isArray(value.coordinates)) return false;
  return value.coordinates.length > 0 && value.coordinates.every((ring) => Array.isArray(ring) && isRing(ring));
}

const isRing = (ring: readonly JsonValue[]) =>
  ring.length > 0 &&
  ring.every((position) => {
    if (!Array.isArray(position) || position.length < 2 || position.length > 3) return false;
    return position.every((number) => typeof number === 'number');
  });

/** Well-known text; with altitudes (`POLYGON Z`) where every position has one. */
function wktOf({ coordinates }: Polygon): string {
  const withAltitude = coordinates.every((ring) => ring.every((position) => position.length === 3));
  const rings = coordinates.map((ring) => {
    return `(${ring.map((position) => position.slice(0, withAltitude ? 3 : 2).join(' ')).join(', ')})`;
  });
  return `POLYGON ${withAltitude ? 'Z ' : ''}(${rings.join(', ')})`;
}

/** By its outer ring. A loop, not arguments of `Math.min`: a ring may have a million positions. */
function extentOf({ coordinates }: Polygon): { west: number; south: number; east: number; north: number } {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [longitude = 0, latitude = 0] of coordinates[0] ?? []) {
    west = Math.min(west, longitude);
    south = Math.min(south, latitude);
    east = Math.max(east, longitude);
    north = Math.max(north, latitude);
  }
  return { west, south, east, north };
}
