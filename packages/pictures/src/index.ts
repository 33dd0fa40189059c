export { createGrid, type Grid, type GridOptions, largestCell } from './grid/grid.ts';
export { landPath } from './map/land-path.ts';
export { createMap, type MapOptions, type ZoneMap } from './map/map.ts';
export { boxedZones, type Zones } from './map/zones.ts';
export type { Mask } from './mask.ts';
export { onPaletteChange } from './palette.ts';
