import type { Zone } from '@nightpass/core';
import { type BatchRecord, zoneOf } from './batch-record.ts';
import type { LedgerContext } from './context.ts';

/** What a zone is called and shown on; empty where the ledger has no such zone. */
export interface ZoneTexts {
  location: string;
  imageId: string;
  image2Id: string | undefined;
}

/** Of the zones from `first` to `last`, in their order. */
export async function zoneTexts(
  ledger: LedgerContext,
  batch: BatchRecord,
  first: number,
  last: number,
): Promise<ZoneTexts[]> {
  const texts = await readJson(ledger, batch, first, last);
  return texts.map((json) => {
    if (json === null) return { location: '', imageId: '', image2Id: undefined };
    const { location, imageId, image2Id } = zoneOf(json);
    return { location, imageId, image2Id };
  });
}

/** Few enough that neither we nor Redis hold much of them at a time. */
const chunkSize = 500;

/** All zones with their geometry, in their order, by the chunk. */
export async function* zonesInOrder(
  ledger: LedgerContext,
  batch: BatchRecord,
): AsyncGenerator<{ index: number; zone: Zone }[]> {
  for (let first = 0; first < batch.zoneCount; first += chunkSize) {
    const texts = await readJson(ledger, batch, first, Math.min(first + chunkSize, batch.zoneCount) - 1);
    yield texts.flatMap((json, i) => (json === null ? [] : [{ index: first + i, zone: zoneOf(json) }]));
  }
}

function readJson({ redis, keys }: LedgerContext, batch: BatchRecord, first: number, last: number) {
  const indexes = Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
  return redis.hmget(keys.zones(batch.id), ...indexes);
}
