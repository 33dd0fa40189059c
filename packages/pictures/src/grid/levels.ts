import { dim, none } from '../palette.ts';
import { urgencyOf } from '../phases.ts';
import type { GridLayout } from './layout.ts';

/**
 * The grid seen from ever farther: of each four cells the most urgent stays, so that one failure among a million is seen.
 * What is not selected stands behind everything that is.
 */

export interface Level {
  codes: Uint8Array;
  width: number;
  height: number;
  /** Rows that have changed since they were painted; nothing where the first is greater than the last. */
  dirty: [first: number, last: number];
}

const mostLevels = 8;

/** By code: what is selected, then what is dimmed; a place without a cell is behind all. */
const rank = new Uint8Array(256);
for (const [code, urgency] of urgencyOf.entries()) {
  rank[code] = 100 + urgency;
  rank[code + dim] = urgency;
}

export function createLevels({ columns, height }: GridLayout): Level[] {
  const levels: Level[] = [];
  for (let [width, rows] = [columns, height]; levels.length < mostLevels; ) {
    levels.push({ codes: new Uint8Array(width * rows).fill(none), width, height: rows, dirty: [0, rows - 1] });
    if (width === 1 && rows === 1) break;
    [width, rows] = [Math.ceil(width / 2), Math.ceil(rows / 2)];
  }
  return levels;
}

/** Fills all levels anew. @param isDim whether the task at a place is not selected */
export function fillLevels(
  levels: readonly Level[],
  layout: GridLayout,
  codes: Uint8Array,
  isDim: (index: number) => boolean,
): void {
  const [base] = levels;
  if (!base) return;
  const { columns, band, rows, bands, inBand } = layout;
  for (let its = 0; its < bands; its++) {
    for (let row = 0; row < rows; row++) {
      const from = its * inBand + row * columns;
      const count = Math.min(columns, inBand - row * columns);
      const to = (its * band + row) * base.width;
      for (let x = 0; x < count; x++) {
        const code = codes[from + x] ?? 0;
        base.codes[to + x] = isDim(from + x) ? code + dim : code;
      }
    }
  }
  base.dirty = [0, base.height - 1];
  for (let n = 1; n < levels.length; n++) {
    const [fine, coarse] = [levels[n - 1], levels[n]];
    if (!fine || !coarse) continue;
    for (let y = 0; y < coarse.height; y++) {
      for (let x = 0; x < coarse.width; x++) coarse.codes[y * coarse.width + x] = worstUnder(fine, x, y);
    }
    coarse.dirty = [0, coarse.height - 1];
  }
}

/** One cell has changed: it, and what stands for it farther off. */
export function setCell(levels: readonly Level[], x: number, y: number, code: number): void {
  let [cx, cy] = [x, y];
  let fine: Level | undefined;
  for (const level of levels) {
    const at = cy * level.width + cx;
    const now = fine ? worstUnder(fine, cx, cy) : code;
    if (level.codes[at] === now) return;
    level.codes[at] = now;
    level.dirty = [Math.min(level.dirty[0], cy), Math.max(level.dirty[1], cy)];
    [cx, cy, fine] = [cx >> 1, cy >> 1, level];
  }
}

function worstUnder({ codes, width, height }: Level, x: number, y: number): number {
  const [left, top] = [x * 2, y * 2];
  let worst = codes[top * width + left] ?? none;
  const hasRight = left + 1 < width;
  const hasBelow = top + 1 < height;
  if (hasRight) worst = worseOf(worst, codes[top * width + left + 1] ?? none);
  if (hasBelow) worst = worseOf(worst, codes[(top + 1) * width + left] ?? none);
  if (hasRight && hasBelow) worst = worseOf(worst, codes[(top + 1) * width + left + 1] ?? none);
  return worst;
}

const worseOf = (a: number, b: number) => ((rank[b] ?? 0) > (rank[a] ?? 0) ? b : a);

export const clean = (level: Level): void => {
  level.dirty = [level.height, -1];
};
