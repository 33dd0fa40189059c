/** How the tasks of a batch lie in the grid: each process is a band, its zones fill it row by row. */

export interface GridSize {
  processes: number;
  zones: number;
  /** Of the place for the cells, its width to its height. */
  shape?: number | undefined;
}

export interface GridLayout {
  processes: number;
  zones: number;
  /** One for each process; a single one of all tasks where there are very many processes. */
  bands: number;
  /** Tasks in a band. */
  inBand: number;
  /** Cells in a row. */
  columns: number;
  /** Rows of one band. */
  rows: number;
  /** From the top of one band to that of the next. */
  band: number;
  height: number;
  /** The column and row of a task, by its place in the grid's bytes. */
  placeOf(index: number): readonly [x: number, y: number];
  /** The task there; -1 where none is. */
  indexAt(x: number, y: number): number;
}

/** Wider than high, as the console's place for it is. */
const usualShape = 2.4;
/** Processes beyond these are no bands of their own: they would be a tower. */
const mostBands = 2_000;

export function layoutOf({ processes, zones, shape = usualShape }: GridSize): GridLayout {
  const [bands, inBand] = processes > mostBands ? [1, processes * zones] : [processes, zones];
  const wide = Math.max(1, Math.ceil(Math.sqrt(shape * processes * zones)));
  const rows = Math.max(1, Math.round(inBand / wide));
  // No row of a band much shorter than the others.
  const columns = Math.max(1, Math.ceil(inBand / rows));
  // A row of paper between bands that are more than a line.
  const band = rows + (rows > 1 && bands > 1 ? 1 : 0);
  return {
    processes,
    zones,
    bands,
    inBand,
    columns,
    rows,
    band,
    height: Math.max(1, bands * band - (band - rows)),
    placeOf(index) {
      const at = index % inBand;
      return [at % columns, Math.floor(index / inBand) * band + Math.floor(at / columns)];
    },
    indexAt(x, y) {
      if (x < 0 || y < 0 || x >= columns) return -1;
      const its = Math.floor(y / band);
      const at = (y % band) * columns + x;
      return its < bands && y % band < rows && at < inBand ? its * inBand + at : -1;
    },
  };
}

/** Processes and zones that a rectangle of cells touches; corners may lie outside. */
export function touchedBy(
  layout: GridLayout,
  corners: { left: number; top: number; right: number; bottom: number },
): { processes: number[]; zones: number[] } {
  const clamp = (n: number, most: number) => Math.max(0, Math.min(most, Math.floor(n)));
  const [left, right] = [clamp(corners.left, layout.columns - 1), clamp(corners.right, layout.columns - 1)];
  const [top, bottom] = [clamp(corners.top, layout.height - 1), clamp(corners.bottom, layout.height - 1)];
  const processes = new Set<number>();
  const zones = new Set<number>();
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const index = layout.indexAt(x, y);
      if (index < 0) continue;
      processes.add(Math.floor(index / layout.zones));
      zones.add(index % layout.zones);
    }
  }
  const inOrder = (set: Set<number>) => [...set].sort((a, b) => a - b);
  return { processes: inOrder(processes), zones: inOrder(zones) };
}
