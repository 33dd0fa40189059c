import {
  type BatchId,
  type Phase,
  parseTaskId,
  phaseOfByte,
  type TaskId,
  type TaskRef,
  taskIdOf,
} from '@nightpass/core';
import { type BatchRecord, gridIndex, refAt } from './batch-record.ts';
import type { LedgerContext } from './context.ts';
import { isWithin, type MovedSpan, readMoved, secondsOf } from './moved.ts';
import { parseTaskRecord, type TaskRecord } from './task-record.ts';

/** Looking at tasks, without changing any. */

/** @throws when the index lies outside the grid: the batch is not open. */
export async function readPhase({ redis, keys }: LedgerContext, ref: TaskRef, index: number): Promise<Phase> {
  return phaseOfByte(await redis.getrange(keys.grid(ref.batchId), index, index));
}

/** Reads many tasks in one round trip. Tasks of batches that are not there are left out. */
export async function readTasks(
  { redis, keys }: LedgerContext,
  ids: readonly TaskId[],
  batchOf: (id: BatchId) => Promise<Pick<BatchRecord, 'zoneCount'> | undefined>,
): Promise<TaskRecord[]> {
  const places: { id: TaskId; ref: TaskRef; index: number }[] = [];
  for (const id of ids) {
    const ref = parseTaskId(id);
    const batch = ref && (await batchOf(ref.batchId));
    if (ref && batch) places.push({ id, ref, index: gridIndex(ref, batch) });
  }
  if (places.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const { ref, index } of places) pipeline.getrange(keys.grid(ref.batchId), index, index).hgetall(keys.task(ref));
  const replies = (await pipeline.exec()) ?? [];
  return places.flatMap(({ id, ref }, i) => {
    const [byteError, byte] = replies[i * 2] ?? [];
    const [hashError, hash] = replies[i * 2 + 1] ?? [];
    if (byteError ?? hashError) throw byteError ?? hashError;
    if (typeof byte !== 'string' || byte === '') return [];
    return [parseTaskRecord(ref, id, phaseOfByte(byte), hash as Record<string, string>)];
  });
}

/** Bytes of the grid read at a time. */
const pageBytes = 65_536;

/**
 * Walks a batch's grid and yields the places of tasks in some phases, without ever holding the whole of it.
 * @param from index to start at
 * @param span when they last moved
 */
export async function* walkGrid(
  ledger: LedgerContext,
  batch: Pick<BatchRecord, 'id' | 'zoneCount' | 'taskCount'>,
  wanted: (phase: Phase) => boolean,
  from = 0,
  span: MovedSpan = {},
): AsyncGenerator<{ id: TaskId; ref: TaskRef; index: number; phase: Phase }> {
  const meant = secondsOf(span);
  for (let start = from; start < batch.taskCount; start += pageBytes) {
    const [bytes, seconds] = await Promise.all([
      ledger.redis.getrange(ledger.keys.grid(batch.id), start, start + pageBytes - 1),
      meant && readMoved(ledger, batch.id, start, start + pageBytes - 1),
    ]);
    for (let i = 0; i < bytes.length; i++) {
      const phase = phaseOfByte(bytes.charAt(i));
      if (!wanted(phase)) continue;
      if (meant && !isWithin(seconds?.[i], meant)) continue;
      const ref = refAt(start + i, batch);
      yield { id: taskIdOf(ref), ref, index: start + i, phase };
    }
  }
}

/** Unix time in milliseconds on Redis's clock, which is the ledger's. */
export async function ledgerNow({ redis }: LedgerContext): Promise<number> {
  const [seconds, micros] = (await redis.time()) as unknown as [number | string, number | string];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
