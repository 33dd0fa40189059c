import { type BatchId, type Phase, parseTaskId, phaseByte, phases } from '@nightpass/core';
import { shapeOf } from '../failures/shape.ts';
import { isBad } from '../failures/walk-failures.ts';
import { type BatchRecord, gridIndex, refAt, zoneOf } from '../ledger/batch-record.ts';
import { readBatch } from '../ledger/batches.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { isWithin, readMoved, secondsOf } from '../ledger/moved.ts';
import type { TaskFilter } from './action.ts';
import { foldText } from './fold.ts';

/** The walk that finds what a filter means: the same for a preview, a dry run and an action. It reads, and writes nothing. */

export interface Found {
  batch: BatchRecord;
  processIndex: number;
  /** Places in the grid, ascending, all of that process. */
  tasks: { index: number; phase: Phase }[];
}

/** Bytes of the grid, and zones and reasons, read at a time. */
const gridBytes = 65_536;
const chunkSize = 500;

const byByte = new Map(phases.map((phase) => [phaseByte[phase].charCodeAt(0), phase]));

/** @throws where there is no such batch */
export async function* selectByFilter(ledger: LedgerContext, filter: TaskFilter): AsyncGenerator<Found> {
  const batch = await readBatch(ledger, filter.batch as BatchId);
  if (!batch) throw new NothingThere(`no batch ${filter.batch}`);
  const zones = await zonesMeant(ledger, batch, filter);
  const wanted = new Set(filter.phases ?? phases);
  const meant = secondsOf(filter);
  for (let processIndex = 0; processIndex < batch.processCount; processIndex++) {
    if (filter.processes && !filter.processes.includes(processIndex)) continue;
    if (filter.provider !== undefined && batch.providers[processIndex] !== filter.provider) continue;
    const start = processIndex * batch.zoneCount;
    for (let from = 0; from < batch.zoneCount; from += gridBytes) {
      const to = Math.min(from + gridBytes, batch.zoneCount) - 1;
      const [bytes, seconds] = await Promise.all([
        ledger.redis.getrangeBuffer(ledger.keys.grid(batch.id), start + from, start + to),
        meant && readMoved(ledger, batch.id, start + from, start + to),
      ]);
      const tasks: Found['tasks'] = [];
      for (const [i, byte] of bytes.entries()) {
        const phase = byByte.get(byte);
        if (!phase || !wanted.has(phase) || zones?.[from + i] === 0) continue;
        if (meant && !isWithin(seconds?.[i], meant)) continue;
        tasks.push({ index: start + from + i, phase });
      }
      const said = filter.error === undefined && !filter.family ? tasks : await bySaying(ledger, batch, tasks, filter);
      if (said.length > 0) yield { batch, processIndex, tasks: said };
    }
  }
}

/** Tasks by their names; what names none is left out. */
export async function* selectByName(ledger: LedgerContext, ids: readonly string[]): AsyncGenerator<Found> {
  const byBatch = new Map<BatchId, Set<string>>();
  for (const id of ids) {
    const ref = parseTaskId(id);
    if (ref) byBatch.set(ref.batchId, (byBatch.get(ref.batchId) ?? new Set()).add(id));
  }
  for (const [batchId, names] of byBatch) {
    const batch = await readBatch(ledger, batchId);
    if (!batch) continue;
    const indexes = [...names].flatMap((id) => {
      const ref = parseTaskId(id);
      return ref && ref.processIndex < batch.processCount && ref.zoneIndex < batch.zoneCount
        ? [gridIndex(ref, batch)]
        : [];
    });
    for (const [processIndex, own] of byProcess(indexes, batch)) {
      const pipeline = ledger.redis.pipeline();
      for (const index of own) pipeline.getrange(ledger.keys.grid(batchId), index, index);
      const replies = (await pipeline.exec()) ?? [];
      const tasks = own.flatMap((index, i) => {
        const phase = byByte.get(String(replies[i]?.[1] ?? '').charCodeAt(0));
        return phase ? [{ index, phase }] : [];
      });
      yield { batch, processIndex, tasks };
    }
  }
}

function byProcess(indexes: readonly number[], batch: BatchRecord): Map<number, number[]> {
  const grouped = new Map<number, number[]>();
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const process = Math.floor(index / batch.zoneCount);
    grouped.set(process, [...(grouped.get(process) ?? []), index]);
  }
  return grouped;
}

/** A byte a zone, 1 where it is meant; undefined where all are. */
async function zonesMeant(
  { redis, keys }: LedgerContext,
  batch: BatchRecord,
  { zones, location, image }: TaskFilter,
): Promise<Uint8Array | undefined> {
  if (!zones && location === undefined && image === undefined) return undefined;
  const meant = new Uint8Array(batch.zoneCount);
  const named = (zones ?? []).filter((index) => index < batch.zoneCount);
  if (location === undefined && image === undefined) {
    for (const index of named) meant[index] = 1;
    return meant;
  }
  const [place, picture] = [location, image].map((it) => (it === undefined ? undefined : foldText(it)));
  const candidates = zones ? named : Array.from(meant, (_, index) => index);
  for (let first = 0; first < candidates.length; first += chunkSize) {
    const chunk = candidates.slice(first, first + chunkSize);
    const texts = await redis.hmget(keys.zones(batch.id), ...chunk.map(String));
    for (const [i, json] of texts.entries()) {
      if (json === null) continue;
      const zone = zoneOf(json);
      const here = place === undefined || foldText(zone.location).includes(place);
      const shown =
        picture === undefined || [zone.imageId, zone.image2Id ?? ''].some((it) => foldText(it).includes(picture));
      if (here && shown) meant[chunk[i] ?? 0] = 1;
    }
  }
  return meant;
}

/** Of these, the tasks that ended badly or were parked, and say so. What an open task met before is no failure of it. */
async function bySaying(
  { redis, keys }: LedgerContext,
  batch: BatchRecord,
  tasks: Found['tasks'],
  { error, family }: TaskFilter,
): Promise<Found['tasks']> {
  const wanted = error === undefined ? undefined : foldText(error);
  const bad = tasks.filter(({ phase }) => isBad(phase));
  const found: Found['tasks'] = [];
  for (let first = 0; first < bad.length; first += chunkSize) {
    const chunk = bad.slice(first, first + chunkSize);
    const pipeline = redis.pipeline();
    for (const { index } of chunk) pipeline.hmget(keys.task(refAt(index, batch)), 'rule', 'reason', 'message');
    const replies = (await pipeline.exec()) ?? [];
    for (const [i, task] of chunk.entries()) {
      const [rule, reason, message] = (replies[i]?.[1] ?? []) as (string | null)[];
      const says = wanted === undefined || [reason, message].some((it) => it && foldText(it).includes(wanted));
      if (says && (!family || shapeOf(rule ?? undefined, reason ?? undefined).id === family)) found.push(task);
    }
  }
  return found;
}

/** What was asked for is not in the ledger. */
export class NothingThere extends Error {}
