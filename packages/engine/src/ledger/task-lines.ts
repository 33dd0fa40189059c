import { type Phase, phaseOfByte, type TaskId, type TaskRef, taskIdOf, type Zone } from '@nightpass/core';
import { type BatchRecord, refAt, zoneOf } from './batch-record.ts';
import type { LedgerContext } from './context.ts';

/** Reading very many tasks: only what accounts tell of each, in few round trips, never all at once. */

export interface TaskLine extends TaskRef {
  id: TaskId;
  /** Its place in the grid. */
  index: number;
  phase: Phase;
  /** Launches sent since ever. */
  attempt: number;
  drive: number;
  intentAtMs: number | undefined;
  launchedAtMs: number | undefined;
  endedAtMs: number | undefined;
  remoteJobId: string | undefined;
  rule: string | undefined;
  reason: string | undefined;
}

const fields = ['attempt', 'drive', 'intentAt', 'launchedAt', 'endedAt', 'remoteId', 'rule', 'reason'] as const;

/** Tasks, and zones, read in one round trip: enough to be quick, few enough to block nobody. */
const tasksAtOnce = 1000;
const zonesAtOnce = 200;
const pageBytes = 65_536;

type Place = Pick<BatchRecord, 'id' | 'zoneCount' | 'taskCount'>;

async function readLines(
  { redis, keys }: LedgerContext,
  batch: Place,
  places: readonly { index: number; phase: Phase }[],
): Promise<TaskLine[]> {
  const refs = places.map(({ index }) => refAt(index, batch));
  const pipeline = redis.pipeline();
  for (const ref of refs) pipeline.hmget(keys.task(ref), ...fields);
  const replies = (await pipeline.exec()) ?? [];
  return places.map(({ index, phase }, i) => {
    const [error, values] = replies[i] ?? [];
    if (error) throw error;
    return lineOf(refs[i] as TaskRef, index, phase, values as (string | null)[]);
  });
}

function lineOf(ref: TaskRef, index: number, phase: Phase, values: readonly (string | null)[]): TaskLine {
  const [attempt, drive, intentAt, launchedAt, endedAt, remoteId, rule, reason] = values;
  return {
    ...ref,
    id: taskIdOf(ref),
    index,
    phase,
    attempt: Number(attempt ?? 0),
    drive: Number(drive ?? 1),
    intentAtMs: numberOf(intentAt),
    launchedAtMs: numberOf(launchedAt),
    endedAtMs: numberOf(endedAt),
    remoteJobId: remoteId ?? undefined,
    rule: rule ?? undefined,
    reason: reason || undefined,
  };
}

const numberOf = (text: string | null | undefined) => (text ? Number(text) : undefined);

/** Tasks in some phases, in the order of the grid, page by page. A page is never empty. */
export async function* walkTasks(
  ledger: LedgerContext,
  batch: Place,
  wanted: (phase: Phase) => boolean,
): AsyncGenerator<TaskLine[], void> {
  let places: { index: number; phase: Phase }[] = [];
  for (let start = 0; start < batch.taskCount; start += pageBytes) {
    const bytes = await ledger.redis.getrange(ledger.keys.grid(batch.id), start, start + pageBytes - 1);
    for (let i = 0; i < bytes.length; i++) {
      const phase = phaseOfByte(bytes.charAt(i));
      if (wanted(phase)) places.push({ index: start + i, phase });
      if (places.length < tasksAtOnce) continue;
      yield await readLines(ledger, batch, places);
      places = [];
    }
  }
  if (places.length > 0) yield await readLines(ledger, batch, places);
}

export interface ZoneLine {
  zone: Zone;
  zoneIndex: number;
  /** In the order of the processes. */
  tasks: TaskLine[];
}

/** Every zone with its tasks, page by page: for accounts that tell each zone once. @throws where the ledger lost one */
export async function* walkZones(
  ledger: LedgerContext,
  batch: Place & Pick<BatchRecord, 'processCount'>,
): AsyncGenerator<ZoneLine[], void> {
  const perPage = Math.max(1, Math.min(zonesAtOnce, Math.floor(tasksAtOnce / batch.processCount)));
  let next = readZonePage(ledger, batch, 0, perPage);
  for (let first = 0; first < batch.zoneCount; first += perPage) {
    const page = await next;
    // The next comes while this one is told.
    next = readZonePage(ledger, batch, first + perPage, perPage);
    next.catch(() => {});
    yield page;
  }
  await next;
}

async function readZonePage(
  ledger: LedgerContext,
  batch: Place & Pick<BatchRecord, 'processCount'>,
  first: number,
  most: number,
): Promise<ZoneLine[]> {
  const count = Math.min(most, batch.zoneCount - first);
  if (count <= 0) return [];
  const [zones, phases] = await Promise.all([
    readSomeZones(
      ledger,
      batch,
      Array.from({ length: count }, (_, i) => first + i),
    ),
    readPhases(ledger, batch, first, count),
  ]);
  const page: ZoneLine[] = Array.from(zones, ([zoneIndex, zone]) => ({ zone, zoneIndex, tasks: [] }));
  for (let start = 0; start < phases.length; start += tasksAtOnce) {
    for (const line of await readLines(ledger, batch, phases.slice(start, start + tasksAtOnce))) {
      page[line.zoneIndex - first]?.tasks.push(line);
    }
  }
  return page;
}

/** Those of these indexes, each read once. @throws where the ledger lost one */
export async function readSomeZones(
  { redis, keys }: LedgerContext,
  batch: Pick<BatchRecord, 'id'>,
  wanted: Iterable<number>,
): Promise<Map<number, Zone>> {
  const indexes = [...new Set(wanted)];
  const zones = new Map<number, Zone>();
  for (let start = 0; start < indexes.length; start += zonesAtOnce) {
    const some = indexes.slice(start, start + zonesAtOnce);
    const found = await redis.hmget(keys.zones(batch.id), ...some.map(String));
    for (const [i, index] of some.entries()) {
      const json = found[i];
      if (!json) throw new Error(`the ledger has lost zone ${index} of batch ${batch.id}`);
      zones.set(index, zoneOf(json));
    }
  }
  return zones;
}

/** The phases of these zones' tasks, process by process. */
async function readPhases(
  { redis, keys }: LedgerContext,
  batch: Place & Pick<BatchRecord, 'processCount'>,
  first: number,
  count: number,
): Promise<{ index: number; phase: Phase }[]> {
  const pipeline = redis.pipeline();
  for (let process = 0; process < batch.processCount; process++) {
    const start = process * batch.zoneCount + first;
    pipeline.getrange(keys.grid(batch.id), start, start + count - 1);
  }
  const replies = (await pipeline.exec()) ?? [];
  return replies.flatMap(([error, bytes], process) => {
    if (error) throw error;
    const start = process * batch.zoneCount + first;
    return Array.from(bytes as string, (byte, i) => ({ index: start + i, phase: phaseOfByte(byte) }));
  });
}
