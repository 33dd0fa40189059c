import { expect, test } from 'vitest';
import { footprints } from '../../../board/src/index/footprints.ts';
import { unpackZones } from './zones.ts';

/** What the board packs, the console unpacks: the one is tested by the other. */

const closed = (...points: number[][]) => [...points, points[0] ?? []];
const brest = [closed([-4.5, 48.3], [-4.3, 48.3], [-4.3, 48.4], [-4.5, 48.4])];
const withHole = [closed([1, 2], [1.5, 2], [1, 2.5]), closed([1.1, 2.1], [1.2, 2.1], [1.1, 2.2])];
const far = [closed([179.99999, -89.99999], [-180, -89.9], [-179.99999, 90])];
const rounded = (list: Float32Array) => [...list].map((it) => Math.round(it * 1e4) / 1e4);

async function packed(zones: number[][][][], outlinesUpTo: number): Promise<Uint8Array> {
  const builder = footprints(zones.length, outlinesUpTo);
  for (const rings of zones) builder.push(rings);
  return builder.build().plain();
}

test('outlines arrive as they were, without their repeated points; a zone without one is at 0, 0', async () => {
  const zones = unpackZones(await packed([brest, [], withHole, far], 10));
  expect(zones).toMatchObject({ count: 4, hasOutlines: true });
  expect([...zones.firstRing]).toEqual([0, 1, 1, 3, 4]);
  expect([...zones.rings]).toEqual([0, 8, 14, 20, 26]);
  expect(rounded(zones.points).slice(0, 8)).toEqual([-4.5, 48.3, -4.3, 48.3, -4.3, 48.4, -4.5, 48.4]);
  expect(rounded(zones.points).slice(20)).toEqual([180, -90, -180, -89.9, -180, 90]);
  expect(rounded(zones.boxes)).toEqual([-4.5, 48.3, -4.3, 48.4, 0, 0, 0, 0, 1, 2, 1.5, 2.5, -180, -90, 180, 90]);
});

test('of very many zones, their boxes arrive', async () => {
  const zones = unpackZones(await packed([brest, [], withHole], 2));
  expect(zones).toMatchObject({ count: 3, hasOutlines: false });
  expect(rounded(zones.boxes)).toEqual([-4.5, 48.3, -4.3, 48.4, 0, 0, 0, 0, 1, 2, 1.5, 2.5]);
  expect([...zones.firstRing]).toEqual([0, 0, 0, 0]);
});

test('long outlines find room', async () => {
  const circle = closed(...Array.from({ length: 5_000 }, (_, i) => [100 * Math.sin(i / 796), 80 * Math.cos(i / 796)]));
  const zones = unpackZones(await packed([[circle]], 10));
  expect(zones.points.length).toBe(10_000);
  expect(zones.points[9_998]).toBeCloseTo(circle[4_999]?.[0] ?? 0, 4);
});

test('what broke off, or is of another version, is no map', async () => {
  const whole = await packed([brest, withHole], 10);
  expect(() => unpackZones(whole.subarray(0, whole.length - 1))).toThrow('broke off');
  expect(() => unpackZones(whole.subarray(0, 10))).toThrow('broke off');
  const other = Uint8Array.from(whole);
  other[3] = 50;
  expect(() => unpackZones(other)).toThrow('another version');
});
