import { expect, test } from 'vitest';
import { dim } from '../palette.ts';
import { codeOf } from '../phases.ts';
import { drawingOrder, extentOf, worstOf, zoneAt, zonesWithin } from './geometry.ts';

const boxes = Float32Array.of(0, 0, 1, 1, 0.5, 0.5, 1.5, 1.5, 10, 10, 11, 11);
const zones = { boxes, count: 3 };
const size = { processes: 2, zones: 3 };
const codes = Uint8Array.from(
  ['succeeded', 'failed', 'queued', 'parked', 'succeeded', 'queued'] as const,
  (it) => codeOf[it],
);

test('a zone has the colour of its most urgent task', () => {
  expect([...worstOf(codes, size, undefined)]).toEqual([codeOf.parked, codeOf.failed, codeOf.queued]);
});

test('with a selection only its tasks count, and zones without any are dimmed', () => {
  const failed = { has: (_: number, code: number) => code === codeOf.failed };
  expect([...worstOf(codes, size, failed)]).toEqual([codeOf.parked + dim, codeOf.failed, codeOf.queued + dim]);
});

test('where two zones lie upon each other the more urgent is drawn last, and is the one that is pressed', () => {
  const order = drawingOrder(Uint8Array.of(codeOf.failed, codeOf.succeeded, codeOf.queued));
  expect(order.at(-1)).toBe(0);
  expect(zoneAt(zones, order, { lon: 0.75, lat: 0.75, reachLon: 0, reachLat: 0 })).toBe(0);
  expect(zoneAt(zones, order, { lon: 1.25, lat: 1.25, reachLon: 0, reachLat: 0 })).toBe(1);
  expect(zoneAt(zones, order, { lon: 9.95, lat: 10.5, reachLon: 0.1, reachLat: 0.1 })).toBe(2);
  expect(zoneAt(zones, order, { lon: 5, lat: 5, reachLon: 0.1, reachLat: 0.1 })).toBe(-1);
});

test('a rectangle takes the zones whose middle it holds', () => {
  expect(zonesWithin(zones, { west: 0.4, east: 2, south: 0.4, north: 2 })).toEqual([0, 1]);
});

test('the map shows all zones with room around; without any, the world', () => {
  const extent = extentOf(zones);
  expect(extent.west).toBeLessThan(0);
  expect(extent.north).toBeGreaterThan(11);
  expect(extentOf({ boxes: new Float32Array(0), count: 0 })).toEqual({ west: -180, south: -90, east: 180, north: 90 });
});
