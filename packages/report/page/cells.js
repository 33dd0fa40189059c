// Where the cells of the grid lie. Seen from far, the worst of the cells under a pixel is what shows.

/** Processes beyond these are no longer bands of their own. */
const mostBands = 2000;

/** How the cells lie: each process is a band, its zones fill it row by row. */
export function layoutOf(processCount, zoneCount) {
  const all = processCount * zoneCount;
  const banded = processCount <= mostBands;
  const inRow = Math.ceil(Math.sqrt(1.7 * all));
  const inBand = banded ? zoneCount : all;
  const rows = Math.max(1, Math.round(inBand / inRow));
  const columns = Math.ceil(inBand / rows);
  const band = banded ? rows + (rows > 1 && processCount > 1 ? 1 : 0) : rows;
  return {
    columns,
    rows,
    band,
    height: banded ? processCount * band : rows,
    banded,
    placeOf(index) {
      if (!banded) return [index % columns, Math.floor(index / columns)];
      const zone = index % zoneCount;
      return [zone % columns, Math.floor(index / zoneCount) * band + Math.floor(zone / columns)];
    },
    indexAt(x, y) {
      if (x < 0 || y < 0 || x >= columns) return -1;
      if (!banded) return y * columns + x < all ? y * columns + x : -1;
      const process = Math.floor(y / band);
      const zone = (y % band) * columns + x;
      return process < processCount && y % band < rows && zone < zoneCount ? process * zoneCount + zone : -1;
    },
  };
}

/** Cells, half as many in each direction, and so on; of four, the most urgent stays. 255: no cell. */
export function levelsOf(grid, layout, urgency) {
  const { columns, height } = layout;
  const first = new Uint8Array(columns * height).fill(255);
  for (let index = 0; index < grid.length; index++) {
    const [x, y] = layout.placeOf(index);
    first[y * columns + x] = grid[index];
  }
  const levels = [{ codes: first, width: columns, height }];
  for (let last = levels[0]; last.width > 1 && last.height > 1 && levels.length < 8; last = levels.at(-1)) {
    const [width, rows] = [Math.ceil(last.width / 2), Math.ceil(last.height / 2)];
    const codes = new Uint8Array(width * rows).fill(255);
    for (let y = 0; y < last.height; y++) {
      for (let x = 0; x < last.width; x++) {
        const code = last.codes[y * last.width + x];
        const at = (y >> 1) * width + (x >> 1);
        if (code !== 255 && (codes[at] === 255 || urgency[code] > urgency[codes[at]])) codes[at] = code;
      }
    }
    levels.push({ codes, width, height: rows });
  }
  return levels;
}
