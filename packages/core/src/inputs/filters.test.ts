import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../json-value.ts';
import { type FilterName, filtered, filterNames } from './filters.ts';

const ring: [number, number][] = [[3.5, 43], [4, 43.25], [3.75, 44], [3.5, 43]]; // biome-ignore format: one ring
const hole: [number, number][] = [[3.6, 43.3], [3.7, 43.3], [3.7, 43.4], [3.6, 43.3]]; // biome-ignore format: one ring
const polygon = { type: 'Polygon', coordinates: [ring] };
const withHole = { type: 'Polygon', coordinates: [ring, hole] };
const raised = (metres: number[]) => [ring.map((position, i) => [...position, metres[i] ?? 0])];

const made = (value: JsonValue, ...names: FilterName[]) => filtered(value, names);

test.each<[FilterName, JsonValue, JsonValue]>([
  ['wkt', polygon, 'POLYGON ((3.5 43, 4 43.25, 3.75 44, 3.5 43))'],
  ['wkt', withHole, 'POLYGON ((3.5 43, 4 43.25, 3.75 44, 3.5 43), (3.6 43.3, 3.7 43.3, 3.7 43.4, 3.6 43.3))'],
  [
    'wkt',
    { type: 'Polygon', coordinates: raised([1, 2, 3, 1]) },
    'POLYGON Z ((3.5 43 1, 4 43.25 2, 3.75 44 3, 3.5 43 1))',
  ],
  [
    'wkt',
    { type: 'Polygon', coordinates: [[...ring, [5, 5, 9]]] },
    'POLYGON ((3.5 43, 4 43.25, 3.75 44, 3.5 43, 5 5))',
  ],
  ['bbox', polygon, [3.5, 43, 4, 44]],
  ['bbox', withHole, [3.5, 43, 4, 44]],
  ['extent', polygon, { west: 3.5, south: 43, east: 4, north: 44 }],
  ['west', polygon, 3.5],
  ['south', polygon, 43],
  ['east', polygon, 4],
  ['north', polygon, 44],
  ['date', '2027-03-01', '2027-03-01'],
  ['date', '2027-03-01T23:30Z', '2027-03-01'],
  ['date', '2028-02-29T00:15:00.250+05:30', '2028-02-29'],
  ['date', '2027-03-01T23:30:00', '2027-03-01'],
  ['year', '2027-03-01T10:30:00Z', '2027'],
  ['month', '2027-03-01', '03'],
  ['day', '2027-03-01', '01'],
  ['json', polygon, '{"type":"Polygon","coordinates":[[[3.5,43],[4,43.25],[3.75,44],[3.5,43]]]}'],
  ['json', 'a "b"', '"a \\"b\\""'],
  ['json', 7, '7'],
])('%s of %j is %j', (name, value, expected) => {
  expect(made(value, name)).toEqual({ ok: true, value: expected });
});

test.each<[FilterName, JsonValue]>([
  ['wkt', 'POLYGON ((0 0, 1 0, 1 1, 0 0))'],
  ['wkt', { type: 'Point', coordinates: [0, 0] }],
  ['bbox', { type: 'Polygon', coordinates: [] }],
  ['bbox', { type: 'Polygon', coordinates: [[]] }],
  ['bbox', { type: 'Polygon', coordinates: [[['1', '2']]] }],
  ['extent', [0, 0, 1, 1]],
  ['date', '2027-02-29'],
  ['date', '01/03/2027'],
  ['date', '2027-3-1'],
  ['date', 20270301],
  ['date', '2027-03-01 and more'],
  ['year', null],
])('%s takes no %j, and says what it takes', (name, value) => {
  expect(made(value, name)).toEqual({
    ok: false,
    takes: expect.stringMatching(/^a (Polygon|date such as 2027-03-01)/),
  });
});

describe('several filters', () => {
  test('each gets what the one before it made', () => {
    expect(made(polygon, 'bbox', 'json')).toEqual({ ok: true, value: '[3.5,43,4,44]' });
    expect(made(polygon, 'bbox', 'wkt')).toEqual({ ok: false, takes: 'a Polygon' });
  });
});

test('the outline of a ring of a million positions is no work for a stack', () => {
  const huge = Array.from({ length: 1_000_000 }, (_, i) => [i / 1e6, i / 2e6]);
  expect(made({ type: 'Polygon', coordinates: [huge] }, 'bbox')).toMatchObject({ ok: true });
});

test('every filter is in the list that people are told', () => {
  expect(filterNames).toEqual('wkt bbox extent west south east north date year month day json'.split(' '));
});
