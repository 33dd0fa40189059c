import type { BatchContent, BatchId } from '@nightpass/core';
import { type LedgerContext, openBatch } from '@nightpass/engine';

/** A batch as it might stand in the morning, written straight into the ledger, for `bench-search.ts`. */

export interface BenchBatch {
  id: BatchId;
  processCount: number;
  zoneCount: number;
  /** When the night began, Unix seconds. */
  beganS: number;
}

const failedShare = 0.02;
const nightS = 36_000;

/** @returns the places of its failed tasks */
export async function writeBenchBatch(ledger: LedgerContext, batch: BenchBatch): Promise<number[]> {
  const { id, processCount, zoneCount, beganS } = batch;
  const { redis } = ledger;
  const towns = ['Sète', 'Marseille', 'Brest', 'Le Havre', 'Saint-Nazaire', 'Dunkerque', 'Bordeaux', 'La Rochelle'];
  const ring = [
    [3.68, 43.39],
    [3.71, 43.39],
    [3.71, 43.41],
    [3.68, 43.41],
    [3.68, 43.39],
  ];
  const content: BatchContent = {
    name: 'bench',
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: processCount }, (_, i) => ({
      id: `process-${i}`,
      name: `Process ${i}`,
      datasetId: 'd',
      projectId: 'p',
      provider: undefined,
    })),
    zones: Array.from({ length: zoneCount }, (_, i) => ({
      id: i,
      imageId: `DS_PHR1B_2026${String(i).padStart(10, '0')}_FR1`,
      image2Id: undefined,
      location: `${towns[i % towns.length]} basin ${i}`,
      project: undefined,
      geom: { type: 'Polygon' as const, coordinates: [ring] },
    })),
  };
  const providers = content.processes.map((_, i) => (i % 2 === 0 ? 'airbus' : 'insula'));
  await openBatch(ledger, { id, content, contentHash: id, file: 'bench.json', providers });
  const grid = Buffer.alloc(processCount * zoneCount, 's');
  const failed: number[] = [];
  for (let i = 0; i < grid.length; i++) {
    const lot = (i * 2_654_435_761) % 4_294_967_296;
    if (lot < failedShare * 4_294_967_296) failed.push(i);
    else if (lot > 4_000_000_000) grid.write('q', i);
    else if (lot > 3_990_000_000) grid.write('r', i);
  }
  for (const i of failed) grid.write('f', i);
  await redis.set(ledger.keys.grid(id), grid);
  // Most of a night, task by task; what is queued has not moved.
  const moved = Uint32Array.from(grid, (byte, i) => (byte === 113 ? 0 : beganS + ((i * 48_271) % nightS)));
  await redis.set(ledger.keys.moved(id), Buffer.from(moved.buffer).swap32());
  for (let first = 0; first < failed.length; first += 1000) {
    const pipeline = redis.pipeline();
    for (const i of failed.slice(first, first + 1000)) {
      const ref = { batchId: id, processIndex: Math.floor(i / zoneCount), zoneIndex: i % zoneCount };
      const reason = [`quota of project ${i} is used up`, `image ${i} was not found`, 'timeout'][i % 3] ?? '';
      pipeline.hset(ledger.keys.task(ref), {
        attempt: 1,
        rule: 'job-failed',
        reason,
        endedAt: Date.now(),
        remoteId: `job-${i}`,
      });
      pipeline.hset(ledger.keys.provider('airbus').claims, `job-${i}`, `${id}-${ref.processIndex}-${ref.zoneIndex}`);
    }
    await pipeline.exec();
  }
  return failed;
}
