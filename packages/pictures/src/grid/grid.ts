import type { Mask } from '../mask.ts';
import { dim, readPalette } from '../palette.ts';
import { troublesFrom, urgencyOf } from '../phases.ts';
import { createView } from '../view.ts';
import { createGridPainter, gutterOf, namesEnd } from './grid-painter.ts';
import { type GridLayout, type GridSize, layoutOf, touchedBy } from './layout.ts';
import { createLevels, fillLevels, setCell } from './levels.ts';

/** The grid on its canvas: the tasks of a batch, seen, zoomed into, pointed at, selected. */

export interface GridOptions extends GridSize {
  names: readonly string[];
  /** The task under the pointer or the cursor; -1: none. */
  onTell(index: number): void;
  /** The cursor has gone to a task. */
  onCursor?(index: number): void;
  /** A task was pressed; -1: where there is none. */
  onPick?(index: number): void;
  /** A process was pressed by its name, or tasks were drawn around. Without it, neither can be. */
  onMany?: ((chosen: { processes: number[]; zones: number[] }) => void) | undefined;
  /** Whether `next` stops at tasks of a phase, if they are selected. Unless told, at those that ended without success. */
  isSought?(code: number): boolean;
}

export interface Grid {
  readonly layout: GridLayout;
  /** @param mask undefined: everything is selected */
  show(codes: Uint8Array, mask: Mask | undefined): void;
  fit(): void;
  zoom(factor: number): void;
  /** To the next trouble, or the one before. */
  next(step: 1 | -1): void;
  reveal(index: number): void;
  recolor(): void;
  stop(): void;
}

/** Beyond this share of changed cells, all are filled anew. */
const mostSingly = 0.2;
const cellWhenRevealed = 12;
/** Of a cell, in pixels. */
export const largestCell = 48;
const leap = 10;

export function createGrid(canvas: HTMLCanvasElement, options: GridOptions): Grid {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('this browser has no canvas');
  const { onMany } = options;
  const isSought = options.isSought ?? ((code) => (urgencyOf[code] ?? 0) >= troublesFrom);
  const layout = layoutOf(options);
  const levels = createLevels(layout);
  const painter = createGridPainter(context);
  let palette = readPalette();
  let codes: Uint8Array = new Uint8Array(0);
  let mask: Mask | undefined;
  let cursor = -1;
  /** Where a selection by keys began. */
  let anchor = -1;

  const view = createView(canvas, {
    bounds() {
      const gutter = gutterOf(layout, canvas.clientWidth);
      const side = (gutter / Math.max(1, canvas.clientWidth - gutter)) * layout.columns;
      return { x: -side, y: 0, width: layout.columns + side, height: layout.height };
    },
    mostScale: largestCell,
    draw() {
      const rubber = view.rubber();
      painter.paint({ layout, levels, names: options.names, palette, cursor, rubber }, view.view);
      canvas.dataset.painted = String(codes.length);
    },
    onHover: (at) => options.onTell(at ? indexAt(at[0], at[1]) : cursor),
    onPick([x, y], { extend }) {
      const { scale, y: top } = view.view;
      if (onMany && x < namesEnd(layout, view.view)) {
        const process = Math.floor((y / scale + top) / layout.band);
        if (process >= 0 && process < layout.processes) onMany({ processes: [process], zones: [] });
        return;
      }
      const index = indexAt(x, y);
      if (index >= 0 && extend && cursor >= 0 && onMany) return onMany(between(cursor, index));
      moveTo(index);
      options.onPick?.(index);
    },
    onBox:
      onMany &&
      (({ x, y, width, height }) => {
        const [left, top] = worldOf(x, y);
        const [right, bottom] = worldOf(x + width, y + height);
        const touched = touchedBy(layout, { left, top, right, bottom });
        if (touched.zones.length > 0) onMany(touched);
      }),
    onKey,
  });

  const worldOf = (x: number, y: number) =>
    [x / view.view.scale + view.view.x, y / view.view.scale + view.view.y] as const;

  function indexAt(x: number, y: number): number {
    if (x < namesEnd(layout, view.view)) return -1;
    const [cx, cy] = worldOf(x, y);
    return layout.indexAt(Math.floor(cx), Math.floor(cy));
  }

  function between(a: number, b: number) {
    const [[ax, ay], [bx, by]] = [layout.placeOf(a), layout.placeOf(b)];
    return touchedBy(layout, {
      left: Math.min(ax, bx),
      right: Math.max(ax, bx),
      top: Math.min(ay, by),
      bottom: Math.max(ay, by),
    });
  }

  function moveTo(index: number, leastScale = 0): void {
    if (index < 0) return;
    cursor = index;
    const [x, y] = layout.placeOf(index);
    view.reveal(x + 0.5, y + 0.5, leastScale);
    options.onTell(index);
    options.onCursor?.(index);
  }

  function next(step: 1 | -1): void {
    const from = cursor < 0 && step > 0 ? -1 : Math.max(0, cursor);
    for (let n = 1; n <= codes.length; n++) {
      const index = (from + n * step + codes.length) % codes.length;
      const code = codes[index] ?? 0;
      if (!isSought(code) || mask?.has(index, code) === false) continue;
      moveTo(index, cellWhenRevealed);
      return;
    }
  }

  const arrows: Record<string, readonly [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };

  function onKey({ key, shiftKey }: KeyboardEvent): boolean {
    const by = arrows[key];
    if (by) {
      const [x, y] = layout.placeOf(Math.max(0, cursor));
      // With Shift it selects, or goes far where nothing can be selected.
      const far = shiftKey && !onMany ? leap : 1;
      const [tx, ty] = [x + far * by[0], y + far * by[1]];
      const near = cursor < 0 ? 0 : layout.indexAt(tx, ty);
      // Over the line between two bands.
      moveTo(near >= 0 ? near : layout.indexAt(tx, ty + by[1]));
      if (!shiftKey) anchor = cursor;
      else if (anchor >= 0) onMany?.(between(anchor, cursor));
    } else if (key === 'Enter' && cursor >= 0) options.onPick?.(cursor);
    else if (key === 'n' || key === 'p') next(key === 'n' ? 1 : -1);
    else if (key === 'Escape') options.onPick?.(-1);
    else return false;
    return true;
  }

  function show(fresh: Uint8Array, wanted: Mask | undefined): void {
    const isDim = (index: number) => wanted?.has(index, fresh[index] ?? 0) === false;
    const changed: number[] = [];
    const isSame = mask === wanted && fresh.length === codes.length;
    if (isSame) for (let i = 0; i < fresh.length; i++) if (fresh[i] !== codes[i]) changed.push(i);
    const before = codes;
    codes = fresh;
    mask = wanted;
    if (!isSame || before.length === 0 || changed.length > fresh.length * mostSingly) {
      fillLevels(levels, layout, fresh, isDim);
    } else {
      for (const index of changed) {
        const [x, y] = layout.placeOf(index);
        setCell(levels, x, y, (fresh[index] ?? 0) + (isDim(index) ? dim : 0));
      }
    }
    view.repaint();
    if (changed.length > 0 && cursor >= 0) options.onTell(cursor);
  }

  return {
    layout,
    show,
    fit: view.fit,
    zoom: (factor) => view.zoom(factor),
    next,
    reveal: (index) => moveTo(index),
    recolor() {
      palette = readPalette();
      painter.forget();
      view.repaint();
    },
    stop: view.stop,
  };
}
