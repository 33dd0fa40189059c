import type { Zone } from '@nightpass/core';
import { type BatchRecord, zoneOf } from './batch-record.ts';
import type { LedgerContext } from './context.ts';

/** Few enough that neither we nor Redis hold much of them at a time. */
const chunkSize = 1_000;

/**
 * Zones with their geometry, in their order, by the chunk; one that the ledger does not have is left out.
 * While a chunk is worked on, Redis reads the next.
 * @param range all of them, unless given; `to` is not among them
 */
export async function* zonesInOrder(
  ledger: LedgerContext,
  batch: BatchRecord,
  range: { from: number; to: number } = { from: 0, to: batch.zoneCount },
): AsyncGenerator<{ index: number; zone: Zone }[]> {
  const end = Math.min(range.to, batch.zoneCount);
  const read = (first: number) => (first < end ? readJson(ledger, batch, first, Math.min(first + chunkSize, end)) : []);
  let ahead = read(range.from);
  for (let first = range.from; first < end; first += chunkSize) {
    const texts = await ahead;
    ahead = read(first + chunkSize);
    yield texts.flatMap((json, i) => (json === null ? [] : [{ index: first + i, zone: zoneOf(json) }]));
  }
}

function readJson({ redis, keys }: LedgerContext, batch: BatchRecord, from: number, to: number) {
  const indexes = Array.from({ length: to - from }, (_, i) => String(from + i));
  const texts = redis.hmget(keys.zones(batch.id), ...indexes);
  // Whoever stops half-way does not wait for it.
  texts.catch(() => {});
  return texts;
}
