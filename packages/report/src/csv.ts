import type { LedgerContext } from '@nightpass/engine';
import { isBad, shapeOf, type TaskLine, walkZones, type ZoneLine } from '@nightpass/engine';
import { gathered, type Out } from './output.ts';
import type { Subject } from './subject.ts';
import { boxOf } from './zone-table.ts';

/** One row a task (RFC 4180): lines end in CRLF, the first names the columns. Columns are only ever added, at the end. */

export const columns = [
  'task',
  'batch',
  'process',
  'process_id',
  'process_name',
  'provider',
  'zone',
  'zone_id',
  'location',
  'project',
  'image_id',
  'image_2_id',
  'longitude',
  'latitude',
  'phase',
  'attempts',
  'drive',
  'remote_job_id',
  'launched_at',
  'ended_at',
  'duration_seconds',
  'rule',
  'reason',
  'family',
  'cost',
  'cost_total',
  'cost_unit',
] as const;

export async function writeCsv(ledger: LedgerContext, subject: Subject, to: Out): Promise<void> {
  const out = gathered(to);
  await out.write(`${columns.join(',')}\r\n`);
  for await (const page of walkZones(ledger, subject.batch)) {
    subject.signal?.throwIfAborted();
    for (const line of page) for (const task of line.tasks) await out.write(rowOf(task, line, subject));
    subject.onPage?.(page);
  }
  await out.end();
}

function rowOf(task: TaskLine, { zone }: ZoneLine, { batch, processes }: Subject): string {
  const process = processes[task.processIndex];
  const { lon, lat } = boxOf(zone.geom);
  const { launchedAtMs, endedAtMs } = task;
  const seconds = launchedAtMs !== undefined && endedAtMs !== undefined ? (endedAtMs - launchedAtMs) / 1000 : undefined;
  return `${[
    text(task.id),
    text(batch.id),
    task.processIndex,
    text(process?.id),
    text(process?.name),
    text(batch.providers[task.processIndex]),
    task.zoneIndex,
    text(zone.id === undefined ? undefined : String(zone.id)),
    text(zone.location),
    text(zone.project),
    text(zone.imageId),
    text(zone.image2Id),
    lon.toFixed(5),
    lat.toFixed(5),
    task.phase,
    task.attempt,
    task.drive,
    text(task.remoteJobId),
    iso(launchedAtMs),
    iso(endedAtMs),
    seconds ?? '',
    text(task.rule),
    text(task.reason),
    isBad(task.phase) ? shapeOf(task.rule, task.reason).id : '',
    task.cost?.amount ?? '',
    task.cost?.total ?? '',
    text(task.cost?.unit),
  ].join(',')}\r\n`;
}

const iso = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());

/** What a spreadsheet would take for a formula is text there too: whoever names a zone runs nothing on our reader's desk. */
export function text(value: string | undefined): string {
  if (value === undefined || value === '') return '';
  const harmless = /^[=+\-@\t\r\n|%＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
