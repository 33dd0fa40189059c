import type { Polygon } from '@nightpass/core';
import { type Html, html } from './html.ts';

/** Positions drawn of one ring; a coast line may have thousands. */
const positionsDrawn = 400;
const boxSize = 100;

/** The outline of an area, north up, and where its middle is. */
export function footprint({ coordinates }: Polygon): Html {
  const rings = coordinates.map((ring) => thin(ring).map(([lon = 0, lat = 0]) => [lon, lat] as const));
  const all = rings.flat();
  const [west, east] = range(all.map(([lon]) => lon));
  const [south, north] = range(all.map(([, lat]) => lat));
  const middle = { lon: (west + east) / 2, lat: (south + north) / 2 };
  // Degrees of longitude are shorter the farther from the equator.
  const shrink = Math.max(0.05, Math.cos((middle.lat * Math.PI) / 180));
  const scale = boxSize / Math.max((east - west) * shrink, north - south, 1e-9);
  const x = (lon: number) => ((lon - middle.lon) * shrink * scale + boxSize / 2).toFixed(1);
  const y = (lat: number) => ((middle.lat - lat) * scale + boxSize / 2).toFixed(1);
  const path = rings.map((ring) => `M${ring.map(([lon, lat]) => `${x(lon)} ${y(lat)}`).join('L')}Z`).join('');
  const where = `${degrees(middle.lat, 'N', 'S')} ${degrees(middle.lon, 'E', 'W')}`;
  return html`<svg class="footprint" viewBox="-4 -4 108 108" role="img" aria-label="Outline of the area around ${where}"><path d="${path}"/></svg> <small>around ${where}</small>`;
}

function thin(ring: readonly number[][]): readonly number[][] {
  const step = Math.ceil(ring.length / positionsDrawn);
  return ring.filter((_, i) => i % step === 0);
}

function range(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

const degrees = (value: number, positive: string, negative: string) =>
  `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
