import {
  type BatchContent,
  type BatchId,
  type Phase,
  type Process,
  phaseOfByte,
  type TaskRef,
  type Zone,
} from '@nightpass/core';
import { z } from 'zod';

/** How a batch is written in Redis, and read back: data of a running night outlives a deploy, so it is parsed. */

export interface BatchRecord {
  id: BatchId;
  name: string | undefined;
  /** Name of the dropped file, as a person knows it. */
  file: string;
  contentHash: string;
  priority: number;
  launchByMs: number | undefined;
  deadlineMs: number | undefined;
  processCount: number;
  zoneCount: number;
  taskCount: number;
  /** The provider of each process, by the process's index. */
  providers: string[];
  acceptedAtMs: number;
  endedAtMs: number | undefined;
  cancelledAtMs: number | undefined;
}

const ms = z.coerce.number().optional();

const stored = z.object({
  id: z.string(),
  name: z.string().optional(),
  file: z.string(),
  contentHash: z.string(),
  priority: z.coerce.number(),
  launchBy: ms,
  deadline: ms,
  processes: z.coerce.number().int(),
  zones: z.coerce.number().int(),
  tasks: z.coerce.number().int(),
  providers: z.string(),
  acceptedAt: z.coerce.number(),
  endedAt: ms,
  cancelledAt: ms,
});

export function parseBatchRecord(hash: Record<string, string>): BatchRecord {
  const it = stored.parse(hash);
  return {
    id: it.id as BatchId,
    name: it.name,
    file: it.file,
    contentHash: it.contentHash,
    priority: it.priority,
    launchByMs: it.launchBy,
    deadlineMs: it.deadline,
    processCount: it.processes,
    zoneCount: it.zones,
    taskCount: it.tasks,
    providers: z.array(z.string()).parse(JSON.parse(it.providers)),
    acceptedAtMs: it.acceptedAt,
    endedAtMs: it.endedAt,
    cancelledAtMs: it.cancelledAt,
  };
}

/** Fields beside those that the script writes itself (id, tasks, priority, acceptedAt). */
export function batchFields(
  content: BatchContent,
  about: { file: string; contentHash: string; providers: string[] },
): string[] {
  const fields: Record<string, string | undefined> = {
    name: content.name,
    file: about.file,
    contentHash: about.contentHash,
    launchBy: content.launchByMs?.toString(),
    deadline: content.deadlineMs?.toString(),
    processes: String(content.processes.length),
    zones: String(content.zones.length),
    providers: JSON.stringify(about.providers),
  };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field, value]));
}

export const processOf = (json: string) => JSON.parse(json) as Process;
export const zoneOf = (json: string) => JSON.parse(json) as Zone;

export type Counts = Record<Phase, number>;

export function parseCounts(hash: Record<string, string>): Counts {
  const counts: Counts = {
    queued: 0,
    launching: 0,
    unconfirmed: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    parked: 0,
  };
  for (const [byte, n] of Object.entries(hash)) counts[phaseOfByte(byte)] = Number(n);
  return counts;
}

/** A task's place in its batch's grid. */
export const gridIndex = (ref: TaskRef, batch: Pick<BatchRecord, 'zoneCount'>) =>
  ref.processIndex * batch.zoneCount + ref.zoneIndex;

export function refAt(index: number, batch: Pick<BatchRecord, 'id' | 'zoneCount'>): TaskRef {
  return { batchId: batch.id, processIndex: Math.floor(index / batch.zoneCount), zoneIndex: index % batch.zoneCount };
}
