import { type BatchContent, type BatchId, type Phase, phaseByte, type Zone } from '@nightpass/core';
import { type LedgerContext, openBatch, readBatch } from '@nightpass/engine';

/** A night that never was, written into a ledger in bulk: as many tasks as wanted, some of which went wrong. */

export interface BenchSize {
  processes: number;
  zones: number;
  badPercent: number;
}

const evening = Date.UTC(2026, 10, 21, 20, 0);
const fnv = (n: number) => {
  let hash = (n + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
};
const digits = (n: number) => String(n).padStart(6, '0');

export function benchZone(i: number): Zone {
  // Some hundreds of harbours, each with zones around it.
  const place = Math.floor(fnv(i) * 400);
  const lon = fnv(place * 7 + 1) * 300 - 150 + fnv(i * 3) * 0.8;
  const lat = fnv(place * 7 + 2) * 110 - 50 + fnv(i * 3 + 1) * 0.6;
  const [w, h] = [0.02 + fnv(i * 5) * 0.05, 0.02 + fnv(i * 5 + 1) * 0.04];
  const ring = [
    [lon, lat],
    [lon + w, lat],
    [lon + w, lat + h],
    [lon, lat + h],
    [lon, lat],
  ];
  return {
    id: undefined,
    imageId: `S2A_MSIL1C_202611${10 + (place % 12)}T${digits(i)}_N0500_R022_T31T${place}`,
    image2Id: undefined,
    location: `Harbour ${place}, berth ${i % 97}`,
    project: 'Harbours',
    geom: { type: 'Polygon', coordinates: [ring] },
  };
}

/** Of one task: its phase, and the fields of its record. */
function taskOf(process: number, zone: number, size: BenchSize): { phase: Phase; fields: (string | number)[] } {
  const index = process * size.zones + zone;
  const luck = fnv(index * 11 + 5) * 100;
  const launchedAt = evening + Math.floor((index / (size.zones * size.processes)) * 9 * 3_600_000);
  const endedAt = launchedAt + 180_000 + Math.floor(fnv(index * 13) ** 3 * 1_800_000) + process * 20_000;
  const common = ['attempt', 1, 'drive', 1, 'intentAt', launchedAt, 'launchedAt', launchedAt, 'endedAt', endedAt];
  const job = ['remoteId', `job-${digits(index)}-4bb6`, 'address', `/api/v1/jobs/job-${digits(index)}-4bb6`];
  const history = ['history', `${launchedAt} launching: attempt 1\n${endedAt} ended\n`];
  const said = (phase: Phase, rule: string, reason: string) => ({
    phase,
    fields: [...common, ...job, ...history, 'rule', rule, 'reason', reason],
  });
  if (luck >= size.badPercent) return said('succeeded', 'remote-succeeded', '');
  if (luck < size.badPercent * 0.5)
    return said('failed', 'remote-failed', `Out of memory on node ${zone % 40} after ${endedAt % 900} s`);
  if (luck < size.badPercent * 0.75)
    return said('failed', 'http-422', `HTTP 422: image "S2A_${digits(zone)}" does not cover zone ${zone}`);
  if (luck < size.badPercent * 0.9) return said('expired', 'cancel-confirmed', 'it outlived its deadline of 12 h');
  return said('parked', 'list-says-nothing', `2 jobs fit the launch of task ${index}: a person must look`);
}

/** @returns the id of the batch, which is over */
export async function writeBenchLedger(ledger: LedgerContext, size: BenchSize): Promise<BatchId> {
  const { redis, keys } = ledger;
  const id = 'b00000000be7c' as BatchId;
  const content: BatchContent = {
    name: 'Harbours of the world',
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: size.processes }, (_, i) => ({
      id: `process-${i}`,
      name: `Process ${i}: vessel detection, revision ${i}`,
      datasetId: 'd',
      projectId: 'p',
      provider: undefined,
    })),
    zones: Array.from({ length: size.zones }, (_, i) => benchZone(i)),
  };
  const providers = content.processes.map(() => 'airbus');
  await openBatch(ledger, { id, content, contentHash: id.repeat(3), file: 'harbours.json', providers });
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error('the batch was not opened');
  const counts = new Map<string, number>();
  for (let process = 0; process < size.processes; process++) {
    for (let first = 0; first < size.zones; first += 2000) {
      const pipeline = redis.pipeline();
      let bytes = '';
      for (let zone = first; zone < Math.min(size.zones, first + 2000); zone++) {
        const { phase, fields } = taskOf(process, zone, size);
        const byte = phaseByte[phase];
        bytes += byte;
        counts.set(byte, (counts.get(byte) ?? 0) + 1);
        pipeline.hset(keys.task({ batchId: id, processIndex: process, zoneIndex: zone }), ...fields);
      }
      pipeline.setrange(keys.grid(id), process * size.zones + first, bytes);
      await pipeline.exec();
    }
  }
  await redis.del(keys.counts(id));
  await redis.hset(keys.counts(id), Object.fromEntries(counts));
  await redis.hset(keys.batch(id), 'acceptedAt', evening - 60_000, 'endedAt', evening + 10 * 3_600_000);
  return id;
}
