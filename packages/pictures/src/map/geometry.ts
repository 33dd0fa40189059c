import type { Mask } from '../mask.ts';
import { dim } from '../palette.ts';
import { urgencyOf } from '../phases.ts';
import type { Box } from '../view.ts';
import type { Zones } from './zones.ts';

/** Where zones lie on the map, and which colour each has. The map's world: degrees, north up, narrower with latitude. */

export interface Extent {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** All zones, with some room around. */
export function extentOf({ boxes, count }: Pick<Zones, 'boxes' | 'count'>): Extent {
  if (count === 0) return { west: -180, south: -90, east: 180, north: 90 };
  let [west, south, east, north] = [180, 90, -180, -90];
  for (let at = 0; at < count * 4; at += 4) {
    west = Math.min(west, boxes[at] ?? 0);
    south = Math.min(south, boxes[at + 1] ?? 0);
    east = Math.max(east, boxes[at + 2] ?? 0);
    north = Math.max(north, boxes[at + 3] ?? 0);
  }
  const room = Math.max(0.4, (east - west) * 0.08, (north - south) * 0.08);
  return {
    west: west - room,
    east: east + room,
    south: Math.max(-90, south - room),
    north: Math.min(90, north + room),
  };
}

/** A degree of longitude is shorter the farther it is from the equator. */
export const shrinkOf = ({ south, north }: Extent): number =>
  Math.max(0.2, Math.cos((((north + south) / 2) * Math.PI) / 180));

export const worldOf = ({ west, south, east, north }: Extent, shrink: number): Box => ({
  x: west * shrink,
  y: -north,
  width: (east - west) * shrink,
  height: north - south,
});

/** Of each zone, the code of its most urgent selected task; where none is, of its most urgent one, dimmed. */
export function worstOf(
  codes: Uint8Array,
  size: { processes: number; zones: number },
  mask: Mask | undefined,
): Uint8Array {
  const { processes, zones } = size;
  const worst = new Uint8Array(zones);
  const rank = new Uint8Array(zones);
  for (let process = 0; process < processes; process++) {
    for (let zone = 0; zone < zones; zone++) {
      const index = process * zones + zone;
      const code = codes[index] ?? 0;
      const isOn = !mask || mask.has(index, code);
      const own = rankOf(isOn ? code : code + dim);
      if (own <= (rank[zone] ?? 0)) continue;
      rank[zone] = own;
      worst[zone] = isOn ? code : code + dim;
    }
  }
  return worst;
}

const rankOf = (code: number) => (code < dim ? 100 + (urgencyOf[code] ?? 0) : (urgencyOf[code - dim] ?? 0));

/** Zones, the least urgent first: what is drawn last lies on top. */
export function drawingOrder(worst: Uint8Array): Uint32Array {
  const byRank = new Uint32Array(256);
  for (const code of worst) byRank[rankOf(code) + 1] = (byRank[rankOf(code) + 1] ?? 0) + 1;
  for (let rank = 1; rank < 256; rank++) byRank[rank] = (byRank[rank] ?? 0) + (byRank[rank - 1] ?? 0);
  const order = new Uint32Array(worst.length);
  for (let zone = 0; zone < worst.length; zone++) {
    const rank = rankOf(worst[zone] ?? 0);
    order[byRank[rank] ?? 0] = zone;
    byRank[rank] = (byRank[rank] ?? 0) + 1;
  }
  return order;
}

/** The zone at a place in degrees, the topmost first; near misses by less than `reach` degrees count. -1: none. */
export function zoneAt(
  { boxes }: Pick<Zones, 'boxes'>,
  order: Uint32Array,
  at: { lon: number; lat: number; reachLon: number; reachLat: number },
): number {
  for (let i = order.length - 1; i >= 0; i--) {
    const zone = order[i] ?? 0;
    const b = zone * 4;
    if (at.lon < (boxes[b] ?? 0) - at.reachLon || at.lon > (boxes[b + 2] ?? 0) + at.reachLon) continue;
    if (at.lat < (boxes[b + 1] ?? 0) - at.reachLat || at.lat > (boxes[b + 3] ?? 0) + at.reachLat) continue;
    return zone;
  }
  return -1;
}

/** Zones whose middle lies within. */
export function zonesWithin(
  { boxes, count }: Pick<Zones, 'boxes' | 'count'>,
  { west, south, east, north }: Extent,
): number[] {
  const within: number[] = [];
  for (let zone = 0; zone < count; zone++) {
    const lon = ((boxes[zone * 4] ?? 0) + (boxes[zone * 4 + 2] ?? 0)) / 2;
    const lat = ((boxes[zone * 4 + 1] ?? 0) + (boxes[zone * 4 + 3] ?? 0)) / 2;
    if (lon >= west && lon <= east && lat >= south && lat <= north) within.push(zone);
  }
  return within;
}
