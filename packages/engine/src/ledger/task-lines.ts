import { type Phase, phaseOfByte, type TaskId, type TaskRef, taskIdOf, type Zone } from '@nightpass/core';
import { z } from 'zod';
import { type BatchRecord, refAt, zoneOf } from './batch-record.ts';
import type { LedgerContext } from './context.ts';
import { parseTaskCost, type TaskCost } from './cost.ts';
import { defineScript } from './script.ts';

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
  cost: TaskCost | undefined;
}

const readScript = defineScript('read-lines', {
  keys: ['grid'],
  args: ['prefix', 'id', 'zones'],
  reply: z.array(z.unknown()),
});
/** In the script's reply. */
const valuesEach = 12;

/** Tasks read by one script: it blocks everybody else for about two milliseconds. */
const tasksAtOnce = 200;
/** Tasks in a page, which is read in one round trip: so few that whoever reads a million does not keep others waiting. */
const tasksInPage = 250;
const zonesAtOnce = 200;
const pageBytes = 65_536;

type Place = Pick<BatchRecord, 'id' | 'zoneCount' | 'taskCount'>;

async function readLines(ledger: LedgerContext, batch: Place, indexes: readonly number[]): Promise<TaskLine[]> {
  const slices = Array.from({ length: Math.ceil(indexes.length / tasksAtOnce) }, (_, i) =>
    readSlice(ledger, batch, indexes.slice(i * tasksAtOnce, (i + 1) * tasksAtOnce)),
  );
  return (await Promise.all(slices)).flat();
}

async function readSlice({ redis, keys }: LedgerContext, batch: Place, indexes: number[]): Promise<TaskLine[]> {
  const values = (await readScript(
    redis,
    { grid: keys.grid(batch.id) },
    { prefix: keys.taskPrefix, id: batch.id, zones: batch.zoneCount },
    { args: indexes },
  )) as (string | null)[];
  return indexes.map((index, i) => lineOf(index, batch, values, i * valuesEach));
}

function lineOf(index: number, batch: Place, values: readonly (string | null)[], at: number): TaskLine {
  const ref = refAt(index, batch);
  return {
    ...ref,
    id: taskIdOf(ref),
    index,
    phase: phaseOfByte(values[at] ?? ''),
    attempt: Number(values[at + 1] ?? 0),
    drive: Number(values[at + 2] ?? 1),
    intentAtMs: numberOf(values[at + 3]),
    launchedAtMs: numberOf(values[at + 4]),
    endedAtMs: numberOf(values[at + 5]),
    remoteJobId: values[at + 6] ?? undefined,
    rule: values[at + 7] ?? undefined,
    reason: values[at + 8] || undefined,
    cost: parseTaskCost(values[at + 9], values[at + 10], values[at + 11]),
  };
}

const numberOf = (text: string | null | undefined) => (text ? Number(text) : undefined);

/** Tasks in some phases, in the order of the grid, page by page. A page is never empty. */
export async function* walkTasks(
  ledger: LedgerContext,
  batch: Place,
  wanted: (phase: Phase) => boolean,
): AsyncGenerator<TaskLine[], void> {
  let indexes: number[] = [];
  // One that moved on since its byte was looked at is no longer wanted.
  const turnPage = async () => {
    const page = (await readLines(ledger, batch, indexes)).filter(({ phase }) => wanted(phase));
    indexes = [];
    return page;
  };
  for (let start = 0; start < batch.taskCount; start += pageBytes) {
    const bytes = await ledger.redis.getrange(ledger.keys.grid(batch.id), start, start + pageBytes - 1);
    for (let i = 0; i < bytes.length; i++) {
      if (wanted(phaseOfByte(bytes.charAt(i)))) indexes.push(start + i);
      if (indexes.length < tasksInPage) continue;
      const page = await turnPage();
      if (page.length > 0) yield page;
    }
  }
  const last = indexes.length > 0 ? await turnPage() : [];
  if (last.length > 0) yield last;
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
  const perPage = Math.max(1, Math.min(zonesAtOnce, Math.floor(tasksInPage / batch.processCount)));
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
  const wanted = Array.from({ length: count }, (_, i) => first + i);
  const indexes = wanted.flatMap((zone) =>
    Array.from({ length: batch.processCount }, (_, process) => process * batch.zoneCount + zone),
  );
  const [zones, tasks] = await Promise.all([readSomeZones(ledger, batch, wanted), readLines(ledger, batch, indexes)]);
  return Array.from(zones, ([zoneIndex, zone], i) => ({
    zone,
    zoneIndex,
    tasks: tasks.slice(i * batch.processCount, (i + 1) * batch.processCount),
  }));
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
