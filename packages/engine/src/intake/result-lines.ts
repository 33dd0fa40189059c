import type { Phase, Process, Zone } from '@nightpass/core';
import type { BatchRecord, Counts } from '../ledger/batch-record.ts';
import type { TaskLine } from '../ledger/task-lines.ts';

/** What the files of results say. Scripts read them: fields are only ever added; null where one says nothing. */

/** One task in `<file>.result.json`. */
export interface TaskResult {
  task: string;
  /** Its index in the file. */
  process: number;
  processId: string;
  processName: string;
  provider: string;
  /** Its index in the file. */
  zone: number;
  /** As the file calls it. */
  zoneId: string | number | null;
  location: string;
  phase: Phase;
  remoteJobId: string | null;
  /** Launches sent. */
  attempts: number;
  /** ISO 8601, UTC. */
  launchedAt: string | null;
  endedAt: string | null;
  /** Which rule of the life cycle decided, and why, in words. */
  rule: string | null;
  reason: string | null;
  /** In the platform's own unit; null where it told nothing. `amount` is of its last job, `total` of all of them. */
  cost: { unit: string; amount: number | null; total: number } | null;
}

/** What both files begin with, as JSON. `batch` stands first: we look for it ourselves. */
export function headOf(batch: BatchRecord, counts: Counts, file: string): string {
  return JSON.stringify({
    nightpass: 1,
    batch: batch.id,
    name: batch.name ?? null,
    file,
    acceptedAt: iso(batch.acceptedAtMs),
    endedAt: iso(batch.endedAtMs),
    tasks: batch.taskCount,
    processes: batch.processCount,
    zones: batch.zoneCount,
    phases: counts,
  });
}

export function resultOf(task: TaskLine, batch: BatchRecord, process: Process, zone: Zone): TaskResult {
  return {
    task: task.id,
    process: task.processIndex,
    processId: process.id,
    processName: process.name,
    provider: batch.providers[task.processIndex] ?? '',
    zone: task.zoneIndex,
    zoneId: zone.id ?? null,
    location: zone.location,
    phase: task.phase,
    remoteJobId: task.remoteJobId ?? null,
    attempts: task.attempt,
    launchedAt: iso(task.launchedAtMs),
    endedAt: iso(task.endedAtMs),
    rule: task.rule ?? null,
    reason: task.reason ?? null,
    cost: task.cost ? { ...task.cost, amount: task.cost.amount ?? null } : null,
  };
}

/** What needs a person first stands first. */
const byUrgency: readonly Phase[] = [
  'parked',
  'failed',
  'expired',
  'cancelled',
  'unconfirmed',
  'launching',
  'running',
  'queued',
  'succeeded',
];

/**
 * One zone in `<file>.result.geojson`: flat properties, since map programs show and colour by those. `outcome` is the
 * phase of the task that most needs a look; those of process 0 begin with `p0_`, and so on.
 */
export function featureOf(zoneIndex: number, zone: Zone, results: readonly TaskResult[]): object {
  const properties: Record<string, string | number | null> = {
    zone: zoneIndex,
    zone_id: zone.id ?? null,
    location: zone.location,
    project: zone.project ?? null,
    image_id: zone.imageId,
    image_2_id: zone.image2Id ?? null,
    outcome: byUrgency.find((phase) => results.some((result) => result.phase === phase)) ?? null,
    tasks: results.length,
    succeeded: results.filter(({ phase }) => phase === 'succeeded').length,
  };
  for (const { process, processName, phase, remoteJobId, attempts, reason } of results) {
    const key = `p${process}_`;
    properties[`${key}name`] = processName;
    properties[`${key}phase`] = phase;
    properties[`${key}job`] = remoteJobId;
    properties[`${key}attempts`] = attempts;
    properties[`${key}reason`] = reason;
  }
  return { type: 'Feature', properties, geometry: zone.geom };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
