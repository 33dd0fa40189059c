import { dim, drawSign, none, type Palette } from '../palette.ts';
import type { Box, View } from '../view.ts';
import type { GridLayout } from './layout.ts';
import { clean, type Level } from './levels.ts';

/** Paints the grid: each level is a picture of its own, of which only changed rows are written again. */

export interface GridScene {
  layout: GridLayout;
  levels: readonly Level[];
  names: readonly string[];
  palette: Palette;
  /** The task under the keyboard's cursor; -1: none. */
  cursor: number;
  rubber: Box | undefined;
}

export interface GridPainter {
  paint(scene: GridScene, view: View): void;
  /** The colours have changed. */
  forget(): void;
}

/** From these sizes on, lines between the cells can be seen, and signs within them. */
const linesFrom = 7;
const signsFrom = 14;
/** Bands lower than this would be more lines than cells. */
const bandsFrom = 5;
const nameWidth = 150;

/** Room for the names of processes, left of the cells; none where there is little, or where they have no bands. */
export const gutterOf = ({ bands, processes }: GridLayout, width: number): number =>
  width > 560 && bands === processes ? nameWidth : 0;

/** Names stand beside the cells; where these are moved to the left, they stay. */
export function namesEnd(layout: GridLayout, { x, scale, width }: View): number {
  const gutter = gutterOf(layout, width);
  return gutter > 0 ? Math.max(gutter, -x * scale) : 0;
}

export function createGridPainter(context: CanvasRenderingContext2D): GridPainter {
  const pictures = new WeakMap<Level, HTMLCanvasElement>();
  let all: readonly Level[] = [];

  /** A level as a picture, brought up to date. */
  function pictureOf(level: Level, words: Uint32Array): HTMLCanvasElement {
    let picture = pictures.get(level);
    if (!picture) {
      picture = document.createElement('canvas');
      picture.width = level.width;
      picture.height = level.height;
      pictures.set(level, picture);
      level.dirty = [0, level.height - 1];
    }
    const [first, last] = level.dirty;
    if (first > last) return picture;
    const image = new ImageData(level.width, last - first + 1);
    const pixels = new Uint32Array(image.data.buffer);
    const from = first * level.width;
    for (let i = 0; i < pixels.length; i++) pixels[i] = words[level.codes[from + i] ?? none] ?? 0;
    picture.getContext('2d')?.putImageData(image, 0, first);
    clean(level);
    return picture;
  }

  function paintCells({ layout, levels, palette }: GridScene, view: View): void {
    const { scale, x, y, width, height } = view;
    const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
    const right = Math.min(layout.columns, Math.ceil(x + width / scale));
    const foot = Math.min(layout.height, Math.ceil(y + height / scale));
    context.strokeStyle = palette.paper;
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
    if (scale < signsFrom) return;
    const size = Math.min(18, scale * 0.6);
    const inset = (scale - size) / 2;
    const base = levels[0];
    for (let cy = top; cy < foot; cy++) {
      for (let cx = left; cx < right; cx++) {
        const code = base?.codes[cy * base.width + cx] ?? none;
        const square = { x: (cx - x) * scale + inset, y: (cy - y) * scale + inset, size };
        if (code < dim) drawSign(context, code, square, palette.signs[code] ?? palette.ink);
      }
    }
  }

  /** From far the rows of paper between bands fall between the pixels. */
  function paintBands({ layout, palette }: GridScene, { scale, y, width }: View): void {
    if (layout.band === layout.rows || layout.band * scale < bandsFrom) return;
    context.fillStyle = palette.paper;
    for (let its = 1; its < layout.bands; its++) {
      context.fillRect(0, Math.round((its * layout.band - 1 - y) * scale), width, 1);
    }
  }

  function paintNames({ layout, names, palette }: GridScene, view: View): void {
    const end = namesEnd(layout, view);
    if (end === 0) return;
    context.fillStyle = palette.paper;
    context.fillRect(0, 0, end - 6, view.height);
    context.fillStyle = palette.ink;
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const every = Math.max(1, Math.ceil(15 / (layout.band * view.scale)));
    for (let process = 0; process < layout.processes; process += every) {
      const top = (process * layout.band - view.y) * view.scale;
      const tall = Math.max(1, layout.rows * view.scale);
      if (top + tall < 0 || top > view.height) continue;
      const at = tall > 40 ? Math.max(top, 0) + 9 : top + tall / 2;
      context.fillText(fitted(names[process] ?? `process ${process}`, nameWidth - 14), end - nameWidth + 2, at);
    }
  }

  function fitted(text: string, width: number): string {
    if (context.measureText(text).width <= width) return text;
    let cut = text;
    while (cut.length > 1 && context.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
    return `${cut}…`;
  }

  function paintCursor({ layout, cursor, palette }: GridScene, { scale, x, y }: View): void {
    if (cursor < 0) return;
    const [cx, cy] = layout.placeOf(cursor);
    const size = Math.max(9, scale);
    for (const [line, color] of [
      [4, palette.paper],
      [2, palette.ink],
    ] as const) {
      context.lineWidth = line;
      context.strokeStyle = color;
      context.strokeRect((cx + 0.5 - x) * scale - size / 2, (cy + 0.5 - y) * scale - size / 2, size, size);
    }
  }

  return {
    paint(scene, view) {
      const { levels, palette, rubber } = scene;
      all = levels;
      const { ratio, scale, x, y, width, height } = view;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = palette.paper;
      context.fillRect(0, 0, width, height);
      context.imageSmoothingEnabled = false;
      // So near that no cell falls between the pixels.
      const depth = Math.min(levels.length - 1, Math.max(0, Math.ceil(Math.log2(1 / (scale * ratio)) - 0.05)));
      const level = levels[depth];
      if (level) {
        const cell = 2 ** depth * scale;
        context.drawImage(
          pictureOf(level, palette.words),
          -x * scale,
          -y * scale,
          level.width * cell,
          level.height * cell,
        );
      }
      if (scale >= linesFrom) paintCells(scene, view);
      else if (depth > 0) paintBands(scene, view);
      paintCursor(scene, view);
      paintNames(scene, view);
      if (rubber) paintRubber(context, rubber, palette);
    },
    forget() {
      for (const level of all) level.dirty = [0, level.height - 1];
    },
  };
}

/** The rectangle that is being drawn. */
export function paintRubber(context: CanvasRenderingContext2D, box: Box, palette: Palette): void {
  context.lineWidth = 1.5;
  context.strokeStyle = palette.ink;
  context.setLineDash([4, 3]);
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.setLineDash([]);
}
