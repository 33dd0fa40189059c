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
  { redis, keys }: LedgerContext,
  batch: BatchRecord,
  first: number,
  last: number,
): Promise<ZoneTexts[]> {
  const indexes = Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
  const texts = await redis.hmget(keys.zones(batch.id), ...indexes);
  return texts.map((json) => {
    if (json === null) return { location: '', imageId: '', image2Id: undefined };
    const { location, imageId, image2Id } = zoneOf(json);
    return { location, imageId, image2Id };
  });
}
