import type { Fault } from './batch.ts';

/** How many faults of one file are told; the rest are only counted. */
export const mostFaultsTold = 100;

/** From the root inwards: keys of objects, indexes of lists. */
export type JsonPath = readonly (string | number)[];

/** Faults in the order of the text: the first `mostFaultsTold` of them, and how many there are in all. */
export interface FaultList {
  told: Fault[];
  count: number;
}

/** A fault whose place in the text is still to be found: where the value at `place` begins. */
export interface ShapeFault {
  path: JsonPath;
  place: JsonPath;
  found: string;
  expected: string;
}

/** Keeps the fault while there is room; the caller adds in the order of the text. */
export function addFault(faults: FaultList, fault: Fault): void {
  faults.count++;
  if (faults.told.length < mostFaultsTold) faults.told.push(fault);
}

/** One line for people, e.g. `line 12, column 15, zones[2].geom: found a Point, expected a Polygon`. */
export function formatFault(fault: Fault): string {
  const path = fault.path && `, ${fault.path}`;
  return `line ${fault.line}, column ${fault.column}${path}: found ${fault.found}, expected ${fault.expected}`;
}

const mostPathShown = 150;

/** e.g. `zones[2].geom.coordinates[0][3]`; a key that is no plain word is quoted: `zones[0]["my key"]`. Cut where it is long. */
export function formatPath(path: JsonPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_$][\w$]{0,59}$/.test(step)) text += `[${quote(step)}]`;
    else text += text ? `.${step}` : step;
    if (text.length > mostPathShown) return `${text}…`;
  }
  return text;
}

const mostShown = 60;

/** Cut to what fits in a line; never in the middle of a pair of UTF-16 units. */
export function cut(text: string): string {
  if (text.length <= mostShown) return text;
  return `${text.slice(0, mostShown - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Cut, in double quotes, with line breaks and control characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(cut(text));
}

const geoJsonTypes = new Set<unknown>([
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
  'GeometryCollection',
  'Feature',
  'FeatureCollection',
]);

/** Whether GeoJSON (RFC 7946, section 1.4) has a type of that name. */
export function isGeoJsonType(value: unknown): value is string {
  return geoJsonTypes.has(value);
}

/** What a value of the file is, in a few words: `nothing`, `null`, `the string "  "`, `a list of 3`, `a Point`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (Array.isArray(value)) return describeList(value);
  if (typeof value === 'object') {
    if ('type' in value && isGeoJsonType(value.type)) return `a ${value.type}`;
    return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
  }
  return String(value);
}

/** A position is shown whole: its numbers are what a reader compares. */
function describeList(list: readonly unknown[]): string {
  if (list.length === 0) return 'an empty list';
  if (list.length <= 3 && list.every((item) => typeof item === 'number')) return cut(JSON.stringify(list));
  return `a list of ${list.length}`;
}
