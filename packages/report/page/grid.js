import { layoutOf, levelsOf } from './cells.js';
import { drawSign } from './palette.js';
import { createView } from './view.js';

// Every task as a cell, process by process.

/** Of a cell, in pixels. */
const largest = 48;

export function createGrid(canvas, { grid, facts, urgency, signs, palette, onHover, onSelect }) {
  const { processCount, zoneCount, processes } = facts;
  const layout = layoutOf(processCount, zoneCount);
  const levels = levelsOf(grid, layout, urgency);
  const context = canvas.getContext('2d', { alpha: false });
  let colors = palette;
  // Few tasks need little room.
  canvas.style.maxHeight = `${layout.height * largest}px`;
  let selected = -1;
  const gutter = () => (canvas.clientWidth > 640 && layout.banded ? 150 : 0);
  const boundsOf = () => {
    const side = (gutter() / Math.max(1, canvas.clientWidth - gutter())) * layout.columns;
    return { x: -side, y: 0, width: layout.columns + side, height: layout.height };
  };

  const { view, fit, zoom, show, resize, repaint } = createView(canvas, {
    bounds: boundsOf,
    most: largest,
    leftOf: (scale) => -gutter() / scale,
    draw,
    onHover: (x, y) => onHover(cellAt(x, y)),
    onSelect: (x, y) => select(cellAt(x, y), 'stay'),
    onKey,
  });

  function cellAt(x, y) {
    if (x < gutter() || y < 0) return -1;
    return layout.indexAt(Math.floor(x / view.scale + view.x), Math.floor(y / view.scale + view.y));
  }

  /** The picture of a level, painted when it is first needed. */
  function picture(level) {
    if (level.picture) return level.picture;
    const its = document.createElement('canvas');
    its.width = level.width;
    its.height = level.height;
    const image = new ImageData(level.width, level.height);
    const words = new Uint32Array(image.data.buffer);
    for (let i = 0; i < words.length; i++) {
      words[i] = level.codes[i] === 255 ? colors.paperWord : colors.words[level.codes[i]];
    }
    its.getContext('2d').putImageData(image, 0, 0);
    level.picture = its;
    return its;
  }

  function draw() {
    const { ratio, scale, x, y, width, height } = view;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.paper;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const depth = Math.min(levels.length - 1, Math.max(0, Math.round(Math.log2(1 / (scale * ratio)))));
    const level = levels[depth];
    const cells = 2 ** depth;
    context.drawImage(
      picture(level),
      -x * scale,
      -y * scale,
      level.width * cells * scale,
      level.height * cells * scale,
    );
    if (scale >= 7) drawCells();
    else if (layout.band > layout.rows) drawBands();
    if (gutter() > 0) drawNames();
    if (selected >= 0) {
      const [cx, cy] = layout.placeOf(selected);
      const size = Math.max(9, scale);
      const middle = [(cx + 0.5 - x) * scale - size / 2, (cy + 0.5 - y) * scale - size / 2, size, size];
      for (const [line, color] of [
        [4, colors.paper],
        [2, colors.ink],
      ]) {
        context.lineWidth = line;
        context.strokeStyle = color;
        context.strokeRect(...middle);
      }
    }
  }

  /** From far, the empty rows between processes are thinner than a pixel. */
  function drawBands() {
    if (layout.band * view.scale < 5) return;
    context.fillStyle = colors.paper;
    for (let process = 1; process < processCount; process++) {
      context.fillRect(0, Math.round((process * layout.band - 1 - view.y) * view.scale), view.width, 1);
    }
  }

  /** Lines between the cells, and a sign in each where it can be read. */
  function drawCells() {
    const { scale, x, y, width, height } = view;
    const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
    const [right, foot] = [Math.min(layout.columns, x + width / scale), Math.min(layout.height, y + height / scale)];
    context.strokeStyle = colors.paper;
    context.lineWidth = 1;
    context.beginPath();
    for (let cx = left; cx <= right; cx++) {
      context.moveTo((cx - x) * scale, (top - y) * scale);
      context.lineTo((cx - x) * scale, (foot - y) * scale);
    }
    for (let cy = top; cy <= foot; cy++) {
      context.moveTo((left - x) * scale, (cy - y) * scale);
      context.lineTo((right - x) * scale, (cy - y) * scale);
    }
    context.stroke();
    if (scale < 14) return;
    for (let cy = top; cy < foot; cy++) {
      for (let cx = left; cx < right; cx++) {
        const index = layout.indexAt(cx, cy);
        if (index < 0) continue;
        const size = Math.min(18, scale * 0.6);
        const inset = (scale - size) / 2;
        drawSign(context, signs[grid[index]], (cx - x) * scale + inset, (cy - y) * scale + inset, size, colors.sign);
      }
    }
  }

  function drawNames() {
    context.fillStyle = colors.paper;
    context.fillRect(0, 0, gutter() - 4, view.height);
    context.fillStyle = colors.ink;
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const every = Math.max(1, Math.ceil(15 / (layout.band * view.scale)));
    for (let process = 0; process < processCount; process += every) {
      const top = (process * layout.band - view.y) * view.scale;
      const tall = Math.max(layout.rows * view.scale, 1);
      if (top + tall < 0 || top > view.height) continue;
      const middle = Math.min(Math.max(top, 0) + 9, top + tall / 2 > 0 ? top + tall / 2 : 9);
      context.fillText(fitted(processes[process] ?? '', gutter() - 14), 2, tall > 40 ? Math.max(top, 0) + 9 : middle);
    }
  }

  function fitted(text, width) {
    if (context.measureText(text).width <= width) return text;
    let cut = text;
    while (cut.length > 1 && context.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
    return `${cut}…`;
  }

  function select(index, how) {
    if (index < 0) return;
    selected = index;
    const [cx, cy] = layout.placeOf(index);
    const inside =
      cx > view.x && cy > view.y && cx < view.x + view.width / view.scale && cy < view.y + view.height / view.scale;
    if (how === 'show') show(cx + 0.5, cy + 0.5, Math.max(view.scale, 12));
    else if (!inside) show(cx + 0.5, cy + 0.5);
    else repaint();
    if (how !== 'quiet') onSelect(index);
  }

  /** The next task, forwards or backwards, that `wanted` takes. */
  function next(wanted, step) {
    const from = selected < 0 && step > 0 ? -1 : Math.max(0, selected);
    for (let n = 1; n <= grid.length; n++) {
      const index = (from + n * step + grid.length) % grid.length;
      if (wanted(grid[index])) return select(index, 'show');
    }
  }

  function onKey(key, shift) {
    const [cx, cy] = layout.placeOf(Math.max(0, selected));
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = steps[key];
    if (by) {
      const far = shift ? 10 : 1;
      let [tx, ty] = [cx + by[0] * far, cy + by[1] * far];
      // Over the line between two bands.
      if (selected >= 0 && layout.indexAt(tx, ty) < 0) [tx, ty] = [tx + by[0], ty + by[1]];
      select(selected < 0 ? 0 : layout.indexAt(tx, ty), 'stay');
      return true;
    }
    if (key === 'n' || key === 'p') next((code) => urgency[code] >= 4, key === 'n' ? 1 : -1);
    else return false;
    return true;
  }

  return {
    fit,
    zoom,
    resize,
    select,
    next,
    recolor(changed) {
      colors = changed;
      for (const level of levels) level.picture = undefined;
      repaint();
    },
  };
}
