import { drawSign } from './palette.js';
import { createView } from './view.js';

// Every zone where it lies, in the colour of the worst that became of it.

/** Of each zone, the code of its most urgent task. */
export function worstOf(grid, processCount, zoneCount, urgency) {
  const worst = grid.slice(0, zoneCount);
  for (let process = 1; process < processCount; process++) {
    for (let zone = 0; zone < zoneCount; zone++) {
      const code = grid[process * zoneCount + zone];
      if (urgency[code] > urgency[worst[zone]]) worst[zone] = code;
    }
  }
  return worst;
}

/** Zones, the least urgent first: what is drawn last lies on top. */
export function drawingOrder(worst, urgency) {
  const order = new Uint32Array(worst.length);
  let at = 0;
  for (let wanted = 0; wanted < 9; wanted++) {
    for (let zone = 0; zone < worst.length; zone++) if (urgency[worst[zone]] === wanted) order[at++] = zone;
  }
  return order;
}

/** The part of the world that holds all zones, in degrees, with some room around. */
export function extentOf(boxes, step) {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (let at = 0; at < boxes.length; at += 4) {
    const [halfWidth, halfHeight] = [(boxes[at + 2] * step) / 2, (boxes[at + 3] * step) / 2];
    west = Math.min(west, boxes[at] * step - halfWidth);
    east = Math.max(east, boxes[at] * step + halfWidth);
    south = Math.min(south, boxes[at + 1] * step - halfHeight);
    north = Math.max(north, boxes[at + 1] * step + halfHeight);
  }
  const room = Math.max(1.5, (east - west) * 0.08, (north - south) * 0.08);
  return {
    west: west - room,
    east: east + room,
    south: Math.max(-90, south - room),
    north: Math.min(90, north + room),
  };
}

const niceSteps = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

export function createMap(canvas, { worst, boxes, step, rings, urgency, signs, palette, onHover, onSelect }) {
  const extent = extentOf(boxes, step);
  // A degree of longitude is shorter the farther it is from the equator.
  const shrink = Math.max(0.2, Math.cos((((extent.north + extent.south) / 2) * Math.PI) / 180));
  const order = drawingOrder(worst, urgency);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const outline = new Path2D();
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) outline[i === 0 ? 'moveTo' : 'lineTo'](ring[i] * shrink, -ring[i + 1]);
    outline.closePath();
  }
  let colors = palette;
  let selected = -1;
  /** Of each pixel, 1 + the zone that shows there. */
  let zoneAt = new Uint32Array(0);

  const { view, fit, zoom, show, resize, repaint } = createView(canvas, {
    bounds: () => ({
      x: extent.west * shrink,
      y: -extent.north,
      width: (extent.east - extent.west) * shrink,
      height: extent.north - extent.south,
    }),
    most: 20_000,
    draw,
    onHover: (x, y) => onHover(pick(x, y)),
    onSelect: (x, y) => select(pick(x, y), 'stay'),
    onKey,
  });

  function pick(x, y) {
    const [px, py] = [Math.round(x * view.ratio), Math.round(y * view.ratio)];
    if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) return -1;
    return zoneAt[py * canvas.width + px] - 1;
  }

  function draw() {
    const { ratio, scale, x, y, width, height } = view;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.sea;
    context.fillRect(0, 0, width, height);
    context.setTransform(ratio * scale, 0, 0, ratio * scale, -x * ratio * scale, -y * ratio * scale);
    context.fillStyle = colors.land;
    context.fill(outline, 'evenodd');
    context.lineWidth = 0.6 / scale;
    context.strokeStyle = colors.line;
    context.stroke(outline);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLines();
    drawZones();
  }

  /** Parallels and meridians, with their degrees: the coast is too coarse to tell a place by. */
  function drawLines() {
    const { scale, x, y, width, height } = view;
    const apart = niceSteps.findLast((it) => it * shrink * scale > 90) ?? 30;
    const digits = apart < 0.1 ? 2 : apart < 1 ? 1 : 0;
    context.strokeStyle = colors.line;
    context.fillStyle = colors.muted;
    context.lineWidth = 1;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'top';
    context.beginPath();
    for (let lon = Math.ceil(x / shrink / apart) * apart; lon * shrink < x + width / scale; lon += apart) {
      const at = (lon * shrink - x) * scale;
      context.moveTo(at, 0);
      context.lineTo(at, height);
      context.fillText(`${Math.abs(lon).toFixed(digits)}°${lon < 0 ? 'W' : 'E'}`, at + 3, height - 14);
    }
    for (let lat = Math.ceil(-(y + height / scale) / apart) * apart; lat < -y; lat += apart) {
      const at = (-lat - y) * scale;
      context.moveTo(0, at);
      context.lineTo(width, at);
      context.fillText(`${Math.abs(lat).toFixed(digits)}°${lat < 0 ? 'S' : 'N'}`, 3, at + 3);
    }
    context.stroke();
  }

  /** Straight into the pixels: a million zones are as quick as a thousand. */
  function drawZones() {
    const [across, down] = [canvas.width, canvas.height];
    const image = context.getImageData(0, 0, across, down);
    const words = new Uint32Array(image.data.buffer);
    if (zoneAt.length !== words.length) zoneAt = new Uint32Array(words.length);
    else zoneAt.fill(0);
    const unit = view.scale * view.ratio;
    const least = Math.max(2, Math.round((order.length > 20_000 ? 2 : 5) * view.ratio));
    const signed = [];
    for (const zone of order) {
      const at = zone * 4;
      const wide = Math.max(least, boxes[at + 2] * step * shrink * unit);
      const tall = Math.max(least, boxes[at + 3] * step * unit);
      const left = Math.round((boxes[at] * step * shrink - view.x) * unit - wide / 2);
      const top = Math.round((-boxes[at + 1] * step - view.y) * unit - tall / 2);
      if (left >= across || top >= down || left + wide < 0 || top + tall < 0) continue;
      const [right, foot] = [Math.min(across, left + Math.round(wide)), Math.min(down, top + Math.round(tall))];
      const word = colors.words[worst[zone]];
      for (let py = Math.max(0, top); py < foot; py++) {
        const row = py * across;
        words.fill(word, row + Math.max(0, left), row + right);
        zoneAt.fill(zone + 1, row + Math.max(0, left), row + right);
      }
      if (wide > 14 * view.ratio && tall > 14 * view.ratio && signed.length < 2000)
        signed.push([zone, left, top, wide, tall]);
    }
    context.putImageData(image, 0, 0);
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (const [zone, left, top, wide, tall] of signed) {
      const size = Math.min(18 * view.ratio, 0.6 * Math.min(wide, tall));
      drawSign(context, signs[worst[zone]], left + (wide - size) / 2, top + (tall - size) / 2, size, colors.sign);
    }
    if (selected >= 0) ring(unit);
  }

  function ring(unit) {
    const at = selected * 4;
    const [cx, cy] = [(boxes[at] * step * shrink - view.x) * unit, (-boxes[at + 1] * step - view.y) * unit];
    const radius = Math.max(9 * view.ratio, (Math.max(boxes[at + 2] * shrink, boxes[at + 3]) * step * unit) / 2 + 4);
    for (const [line, color] of [
      [5, colors.paper],
      [2.5, colors.ink],
    ]) {
      context.lineWidth = line * view.ratio;
      context.strokeStyle = color;
      context.beginPath();
      context.arc(cx, cy, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  function select(zone, how) {
    if (zone < 0) return;
    selected = zone;
    const [x, y] = [boxes[zone * 4] * step * shrink, -boxes[zone * 4 + 1] * step];
    const inside =
      x > view.x && y > view.y && x < view.x + view.width / view.scale && y < view.y + view.height / view.scale;
    if (inside) repaint();
    else show(x, y);
    if (how !== 'quiet') onSelect(zone);
  }

  function onKey(key) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!by) return false;
    view.x += (by[0] * 60) / view.scale;
    view.y += (by[1] * 60) / view.scale;
    repaint();
    return true;
  }

  return {
    fit,
    zoom,
    resize,
    select,
    recolor(changed) {
      colors = changed;
      repaint();
    },
  };
}
