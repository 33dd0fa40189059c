import { dim, drawSign, type Palette } from '../palette.ts';
import type { View } from '../view.ts';
import type { Zones } from './zones.ts';

/** Paints the map: land, degrees, zones. Tiny zones go straight into the pixels; a hundred thousand are as quick as ten. */

export interface MapScene {
  zones: Zones;
  shrink: number;
  /** In the map's world. */
  land: Path2D | undefined;
  /** Of each zone, its code. */
  worst: Uint8Array;
  order: Uint32Array;
  palette: Palette;
  /** Ringed; -1: none. */
  chosen: number;
}

const degrees = [90, 30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
/** Footprints from this size on are drawn as they are, unless there are too many in view. */
const shapeFrom = 7;
const signFrom = 16;
const mostShapes = 20_000;
const mostSigns = 2_000;

export function paintMap(context: CanvasRenderingContext2D, scene: MapScene, view: View): void {
  const { ratio, scale, x, y, width, height } = view;
  const { palette, land, chosen } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.sea;
  context.fillRect(0, 0, width, height);
  if (land) {
    context.setTransform(ratio * scale, 0, 0, ratio * scale, -x * ratio * scale, -y * ratio * scale);
    context.fillStyle = palette.land;
    context.fill(land, 'evenodd');
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintDegrees(context, scene, view);
  const large = paintTiny(context, scene, view);
  paintShapes(context, scene, view, large);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (chosen >= 0) paintRing(context, scene, view);
}

/** Parallels and meridians: the coast is too coarse to tell a place by. */
function paintDegrees(context: CanvasRenderingContext2D, { palette, shrink }: MapScene, view: View): void {
  const { scale, x, y, width, height } = view;
  const apart = degrees.findLast((it) => it * shrink * scale > 90) ?? 90;
  const digits = apart < 0.1 ? 2 : apart < 1 ? 1 : 0;
  context.strokeStyle = palette.line;
  context.fillStyle = palette.muted;
  context.lineWidth = 1;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'top';
  context.beginPath();
  for (let lon = Math.ceil(x / shrink / apart) * apart; lon * shrink < x + width / scale; lon += apart) {
    const at = Math.round((lon * shrink - x) * scale) + 0.5;
    context.moveTo(at, 0);
    context.lineTo(at, height);
    context.fillText(`${Math.abs(lon).toFixed(digits)}°${lon < 0 ? 'W' : 'E'}`, at + 3, height - 14);
  }
  const [south, north] = [Math.max(-90, -(y + height / scale)), Math.min(90, -y)];
  for (let lat = Math.ceil(south / apart) * apart; lat <= north; lat += apart) {
    const at = Math.round((-lat - y) * scale) + 0.5;
    context.moveTo(0, at);
    context.lineTo(width, at);
    context.fillText(`${Math.abs(lat).toFixed(digits)}°${lat < 0 ? 'S' : 'N'}`, 3, at + 3);
  }
  context.stroke();
}

interface Large {
  zone: number;
  left: number;
  top: number;
  wide: number;
  tall: number;
}

/** @returns those that are large enough to be drawn as they are, in pixels of the screen */
function paintTiny(
  context: CanvasRenderingContext2D,
  { zones, order, worst, palette, shrink }: MapScene,
  view: View,
): Large[] {
  const { width: across, height: down } = context.canvas;
  const image = context.getImageData(0, 0, across, down);
  const words = new Uint32Array(image.data.buffer);
  const unit = view.scale * view.ratio;
  const least = Math.max(2, Math.round((order.length > 20_000 ? 2 : 5) * view.ratio));
  const shapeSize = shapeFrom * view.ratio;
  const large: Large[] = [];
  const { boxes } = zones;
  for (const zone of order) {
    const b = zone * 4;
    const [west, south, east, north] = [boxes[b] ?? 0, boxes[b + 1] ?? 0, boxes[b + 2] ?? 0, boxes[b + 3] ?? 0];
    const [trueWide, trueTall] = [(east - west) * shrink * unit, (north - south) * unit];
    const [wide, tall] = [Math.max(least, trueWide), Math.max(least, trueTall)];
    const left = (((west + east) / 2) * shrink - view.x) * unit - wide / 2;
    const top = (-(north + south) / 2 - view.y) * unit - tall / 2;
    if (left >= across || top >= down || left + wide < 0 || top + tall < 0) continue;
    if (Math.max(trueWide, trueTall) >= shapeSize && large.length < mostShapes) {
      large.push({ zone, left, top, wide, tall });
      continue;
    }
    const word = palette.words[worst[zone] ?? 0] ?? 0;
    const [from, to] = [Math.max(0, Math.round(left)), Math.min(across, Math.round(left + wide))];
    const foot = Math.min(down, Math.round(top + tall));
    for (let py = Math.max(0, Math.round(top)); py < foot; py++) words.fill(word, py * across + from, py * across + to);
  }
  context.putImageData(image, 0, 0);
  return large;
}

function paintShapes(context: CanvasRenderingContext2D, scene: MapScene, view: View, large: readonly Large[]): void {
  const { zones, worst, palette, shrink } = scene;
  const unit = view.scale * view.ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.lineWidth = view.ratio;
  context.strokeStyle = palette.paper;
  for (let i = 0; i < large.length; ) {
    const code = worst[large[i]?.zone ?? 0] ?? 0;
    context.beginPath();
    // Of one colour at a time: they come in the order of their colours.
    for (; i < large.length && worst[large[i]?.zone ?? 0] === code; i++) {
      const zone = large[i]?.zone ?? 0;
      if (!zones.hasOutlines) {
        const { left, top, wide, tall } = large[i] as Large;
        context.rect(left, top, wide, tall);
        continue;
      }
      for (let ring = zones.firstRing[zone] ?? 0; ring < (zones.firstRing[zone + 1] ?? 0); ring++) {
        const end = zones.rings[ring + 1] ?? 0;
        for (let p = zones.rings[ring] ?? 0; p < end; p += 2) {
          const px = ((zones.points[p] ?? 0) * shrink - view.x) * unit;
          const py = (-(zones.points[p + 1] ?? 0) - view.y) * unit;
          if (p === zones.rings[ring]) context.moveTo(px, py);
          else context.lineTo(px, py);
        }
        context.closePath();
      }
    }
    context.fillStyle = palette.colors[code] ?? palette.muted;
    context.fill('evenodd');
    context.stroke();
  }
  const readable = signFrom * view.ratio;
  for (const { zone, left, top, wide, tall } of large.slice(0, mostSigns)) {
    const code = worst[zone] ?? 0;
    if (Math.min(wide, tall) < readable || code >= dim) continue;
    const size = Math.min(18 * view.ratio, 0.6 * Math.min(wide, tall));
    drawSign(
      context,
      code,
      { x: left + (wide - size) / 2, y: top + (tall - size) / 2, size },
      palette.signs[code] ?? palette.ink,
    );
  }
}

function paintRing(context: CanvasRenderingContext2D, scene: MapScene, { scale, x, y }: View): void {
  const { zones, chosen, shrink, palette } = scene;
  const b = chosen * 4;
  const [west, south, east, north] = [0, 1, 2, 3].map((i) => zones.boxes[b + i] ?? 0) as [
    number,
    number,
    number,
    number,
  ];
  const middle = [(((west + east) / 2) * shrink - x) * scale, (-(north + south) / 2 - y) * scale] as const;
  const radius = Math.max(9, (Math.max((east - west) * shrink, north - south) * scale) / 2 + 4);
  for (const [line, color] of [
    [5, palette.paper],
    [2.5, palette.ink],
  ] as const) {
    context.lineWidth = line;
    context.strokeStyle = color;
    context.beginPath();
    context.arc(middle[0], middle[1], radius, 0, 2 * Math.PI);
    context.stroke();
  }
}
