import { paintRubber } from '../grid/grid-painter.ts';
import type { Mask } from '../mask.ts';
import { readPalette } from '../palette.ts';
import { createView } from '../view.ts';
import { drawingOrder, extentOf, shrinkOf, worldOf, worstOf, zoneAt, zonesWithin } from './geometry.ts';
import { landPath } from './land-path.ts';
import { paintMap } from './map-painter.ts';
import { createStill } from './still.ts';
import type { Zones } from './zones.ts';

/** The map on its canvas: every zone where it lies, in the colour of the most urgent of its tasks. */

export interface MapOptions {
  zones: Zones;
  processes: number;
  /** The zone under the pointer; -1: none. */
  onTell(zone: number): void;
  /** A zone was pressed; -1: where there is none. */
  onPick(zone: number): void;
  /** Zones were drawn around. Without it, they cannot be. */
  onMany?: ((zones: number[]) => void) | undefined;
}

export interface ZoneMap {
  show(codes: Uint8Array, mask: Mask | undefined): void;
  /** Rings a zone; -1: none. */
  ring(zone: number): void;
  fit(): void;
  zoom(factor: number): void;
  recolor(): void;
  stop(): void;
}

/** A press so near to a zone means it. */
const reachPixels = 6;
const panPixels = 60;

export function createMap(canvas: HTMLCanvasElement, options: MapOptions): ZoneMap {
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('this browser has no canvas');
  const { zones, processes, onMany } = options;
  const extent = extentOf(zones);
  const shrink = shrinkOf(extent);
  let land: Path2D | undefined;
  let palette = readPalette();
  let worst = new Uint8Array(zones.count);
  let order = new Uint32Array(0);
  let chosen = -1;
  let stopped = false;
  const still = createStill(context, { ground: () => palette.sea, repaint: () => view.repaint() });
  /** Something else than its place has changed. */
  const repaint = () => {
    still.forget();
    view.repaint();
  };

  const view = createView(canvas, {
    bounds: () => worldOf(extent, shrink),
    mostScale: 20_000,
    draw() {
      if (!still.show(view.view)) {
        const startedMs = performance.now();
        paintMap(context, { zones, shrink, land, worst, order, palette, chosen }, view.view);
        still.keep(view.view, performance.now() - startedMs);
      }
      const rubber = view.rubber();
      if (rubber) paintRubber(context, rubber, palette);
      canvas.dataset.painted = String(order.length);
    },
    onHover: (at) => options.onTell(at ? zoneUnder(at[0], at[1]) : chosen),
    onPick: ([x, y]) => options.onPick(zoneUnder(x, y)),
    onBox:
      onMany &&
      (({ x, y, width, height }) => {
        const [west, north] = degreesAt(x, y);
        const [east, south] = degreesAt(x + width, y + height);
        const within = zonesWithin(zones, { west, south, east, north });
        if (within.length > 0) onMany(within);
      }),
    onKey({ key }) {
      const by = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
      if (by) view.pan((by[0] ?? 0) * panPixels, (by[1] ?? 0) * panPixels);
      else if (key === 'Escape') options.onPick(-1);
      else if (key === 'Enter') pickMiddle();
      else return false;
      return true;
    },
  });

  const degreesAt = (x: number, y: number): readonly [lon: number, lat: number] => [
    (x / view.view.scale + view.view.x) / shrink,
    -(y / view.view.scale + view.view.y),
  ];

  function zoneUnder(x: number, y: number): number {
    const [lon, lat] = degreesAt(x, y);
    const reachLat = reachPixels / view.view.scale;
    return zoneAt(zones, order, { lon, lat, reachLat, reachLon: reachLat / shrink });
  }

  /** By keys there is no pointer: what is nearest to the middle is meant. */
  function pickMiddle(): void {
    const [lon, lat] = degreesAt(view.view.width / 2, view.view.height / 2);
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let zone = 0; zone < zones.count; zone++) {
      const east = ((zones.boxes[zone * 4] ?? 0) + (zones.boxes[zone * 4 + 2] ?? 0)) / 2 - lon;
      const north = ((zones.boxes[zone * 4 + 1] ?? 0) + (zones.boxes[zone * 4 + 3] ?? 0)) / 2 - lat;
      const far = Math.hypot(east * shrink, north);
      if (far < least) [nearest, least] = [zone, far];
    }
    if (nearest >= 0) options.onPick(nearest);
  }

  void landPath().then((path) => {
    if (stopped) return;
    land = new Path2D();
    land.addPath(path, new DOMMatrix([shrink, 0, 0, 1, 0, 0]));
    repaint();
  });

  return {
    show(codes, mask) {
      worst = worstOf(codes, { processes, zones: zones.count }, mask) as Uint8Array<ArrayBuffer>;
      order = drawingOrder(worst) as Uint32Array<ArrayBuffer>;
      repaint();
    },
    ring(zone) {
      if (chosen === zone) return;
      chosen = zone;
      still.forget();
      if (zone < 0) return view.repaint();
      const [west, south, east, north] = [0, 1, 2, 3].map((i) => zones.boxes[zone * 4 + i] ?? 0) as [
        number,
        number,
        number,
        number,
      ];
      view.reveal(((west + east) / 2) * shrink, -(north + south) / 2);
    },
    fit: view.fit,
    zoom: (factor) => view.zoom(factor),
    recolor() {
      palette = readPalette();
      repaint();
    },
    stop() {
      stopped = true;
      still.stop();
      view.stop();
    },
  };
}
