import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { BatchContent } from './batch.ts';
import type { BatchId } from './task.ts';

/**
 * SHA-256, in hexadecimal, of what the batch means: the same for the same content in another layout or key order.
 * Every batch id rests on it: a change here makes all known files new ones, to be launched again.
 */
export function contentHashOf(batch: BatchContent): string {
  const { zones, ...rest } = batch;
  const hash = createHash('sha256').update(stringify(rest) ?? '');
  // Zone by zone, since the text of them all would be as large as the file. Coordinates have no keys to be sorted:
  // the engine's own JSON is canonical for them, and ten times as fast.
  for (const { geom, ...zone } of zones) {
    hash.update(`\n${stringify(zone)}\n${JSON.stringify(geom.coordinates)}`);
  }
  return hash.digest('hex');
}

/**
 * `b` and 12 hexadecimal digits, from the content's hash. `again` is any text that makes another batch of the same
 * content, on purpose.
 */
export function batchIdOf(contentHash: string, again?: string): BatchId {
  const hash =
    again === undefined ? contentHash : createHash('sha256').update(`${contentHash}\n${again}`).digest('hex');
  return `b${hash.slice(0, 12)}` as BatchId;
}
