import { type BatchId, type Process, phaseByte } from '@nightpass/core';
import { type BatchRecord, isBad, type LedgerContext, readBatch, readProcesses, zonesInOrder } from '@nightpass/engine';
import { type Footprints, footprints } from './footprints.ts';
import { phaseAt } from './grid-bytes.ts';
import { createReasons, type Reasons } from './reasons.ts';
import { sortRows } from './sort-rows.ts';
import { type TextColumn, textColumn } from './text-column.ts';

/** One batch as it is searched: its grid as of a second ago, its zones' names, its failures' reasons. */
export interface BatchIndex {
  readonly batch: BatchRecord;
  readonly processes: readonly Process[];
  readonly grid: Buffer;
  /** Counts up with each change that was seen. */
  readonly version: number;
  readonly locations: TextColumn;
  readonly images: TextColumn;
  readonly places: Footprints;
  /** Zones in the order of their locations. */
  byLocation(): Promise<Uint32Array>;
  readonly reasons: Reasons;
  /** Looks at the grid anew, unless that was just done. @returns how many tasks have moved */
  refresh(): Promise<number>;
  bytes(): number;
  stop(): void;
}

const freshMs = 1_000;

/** @returns undefined where there is no such batch */
export async function loadBatchIndex(ledger: LedgerContext, id: BatchId): Promise<BatchIndex | undefined> {
  const batch = await readBatch(ledger, id);
  if (!batch) return undefined;
  const [processes, { locations, images, places }] = await Promise.all([
    readProcesses(ledger, id),
    readZones(ledger, batch),
  ]);
  const reasons = createReasons(ledger, batch);
  let grid: Buffer = Buffer.alloc(batch.taskCount, phaseByte.queued);
  let version = 0;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<number> | undefined;
  let order: Promise<Uint32Array> | undefined;

  async function look(): Promise<number> {
    const fresh = await ledger.redis.getBuffer(ledger.keys.grid(id));
    readAtMs = performance.now();
    if (!fresh || fresh.equals(grid)) return 0;
    const moved = movedBetween(grid, fresh);
    const bad = moved.filter((index) => isBad(phaseAt(fresh, index)));
    reasons.forget(moved);
    reasons.want(bad);
    grid = fresh;
    version += 1;
    return moved.length;
  }

  const index: BatchIndex = {
    batch,
    processes,
    locations,
    images,
    places,
    reasons,
    get grid() {
      return grid;
    },
    get version() {
      return version;
    },
    byLocation() {
      order ??= sortRows(batch.zoneCount, (row) => locations.at(row));
      return order;
    },
    async refresh() {
      if (performance.now() - readAtMs < freshMs) return 0;
      reading ??= look().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    bytes: () =>
      grid.length + locations.bytes + images.bytes + places.bytes + reasons.bytes() + (order ? batch.zoneCount * 4 : 0),
    stop: () => reasons.stop(),
  };
  await index.refresh();
  return index;
}

function movedBetween(before: Buffer, after: Buffer): number[] {
  const moved: number[] = [];
  for (let i = 0; i < after.length; i++) if (before[i] !== after[i]) moved.push(i);
  return moved;
}

/** Read once for all that is kept of them; a zone that the ledger has lost is without a name and a place. */
async function readZones(ledger: LedgerContext, batch: BatchRecord) {
  const locations = textColumn(batch.zoneCount);
  const images = textColumn(batch.zoneCount);
  const places = footprints(batch.zoneCount);
  let next = 0;
  const push = (location: string, image: string, rings: readonly (readonly number[][])[]) => {
    locations.push(location);
    images.push(image);
    places.push(rings);
    next += 1;
  };
  for await (const chunk of zonesInOrder(ledger, batch)) {
    for (const { index, zone } of chunk) {
      while (next < index) push('', '', []);
      const { location, imageId, image2Id, geom } = zone;
      push(location, image2Id ? `${imageId} ${image2Id}` : imageId, geom.coordinates);
    }
  }
  while (next < batch.zoneCount) push('', '', []);
  return { locations: locations.build(), images: images.build(), places: places.build() };
}
