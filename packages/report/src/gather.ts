import { type BatchId, isEnd, type Phase, phases, type TaskId } from '@nightpass/core';
import {
  type BatchRecord,
  type Counts,
  createFamilies,
  failureOf,
  isBad,
  type LedgerContext,
  ledgerNow,
  readBatch,
  readPastHolds,
  readProcesses,
  readTimeline,
  type TaskLine,
  walkZones,
  type ZoneLine,
} from '@nightpass/engine';
import type { Clock } from './clock.ts';
import { createCosts } from './costs.ts';
import { quantilesOf } from './quantiles.ts';
import type { Parked, ProcessAccount, Snapshot } from './snapshot.ts';
import { createTimeline, emptyTimeline, timelineOf } from './timeline.ts';
import { createWaiting } from './waiting.ts';
import { createZoneTable } from './zone-table.ts';

export interface GatherOptions {
  clock: Clock;
  onProgress?: ((done: number, of: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Tasks parked beyond these are counted and not listed one by one. */
const mostParked = 500;
const noDuration = 0xffff_ffff;
const openPhases: readonly Phase[] = ['queued', 'launching', 'unconfirmed', 'running'];

/** Reads a batch, zone by zone, into what its report tells. @returns undefined where there is no such batch */
export async function gatherReport(
  ledger: LedgerContext,
  id: BatchId,
  { clock, onProgress, signal }: GatherOptions,
): Promise<Snapshot | undefined> {
  const batch = await readBatch(ledger, id);
  if (!batch) return undefined;
  const [processes, moments, atMs] = await Promise.all([
    readProcesses(ledger, id),
    readTimeline(ledger, id),
    ledgerNow(ledger),
  ]);
  const growing = begin(batch);
  for await (const page of walkZones(ledger, batch)) {
    signal?.throwIfAborted();
    for (const line of page) addZone(growing, line);
    onProgress?.(((page.at(-1)?.zoneIndex ?? 0) + 1) * batch.processCount, batch.taskCount);
  }
  const perProcess = accounts(growing);
  const counts = perProcess.reduce((sum, it) => added(sum, it.counts), noCounts());
  const fromMs = batch.acceptedAtMs;
  const toMs = batch.endedAtMs ?? atMs;
  const families = growing.families.list();
  const offsetMs = clock.offsetMs(fromMs);
  return {
    batch,
    processes,
    atMs,
    over: openPhases.every((phase) => counts[phase] === 0),
    counts,
    grid: growing.grid,
    familyOf: ranked(growing, families),
    zones: growing.zones.read(),
    timeline: timelineOf(moments, offsetMs) ?? growing.timeline.read(offsetMs) ?? emptyTimeline(fromMs),
    perProcess,
    families,
    otherFailures: growing.families.others(),
    parked: growing.parked,
    holds: await readPastHolds(ledger, [...new Set(batch.providers)], { fromMs, toMs, nowMs: atMs }),
    waiting: growing.waiting.list(),
    firstLaunchAtMs: growing.firstLaunchAtMs,
    lastEndAtMs: growing.lastEndAtMs,
    launches: growing.launches,
    costs: growing.costs.perProvider(batch),
  };
}

interface Growing {
  batch: BatchRecord;
  grid: Uint8Array;
  durationsMs: Uint32Array;
  /** As in the snapshot, but counted in the order in which families were met. */
  metFamily: Uint16Array;
  met: Map<string, number>;
  zones: ReturnType<typeof createZoneTable>;
  timeline: ReturnType<typeof createTimeline>;
  families: ReturnType<typeof createFamilies>;
  waiting: ReturnType<typeof createWaiting>;
  parked: Parked[];
  firstLaunchAtMs: number | undefined;
  lastEndAtMs: number | undefined;
  launches: number;
  costs: ReturnType<typeof createCosts>;
}

function begin(batch: BatchRecord): Growing {
  return {
    batch,
    grid: new Uint8Array(batch.taskCount),
    durationsMs: new Uint32Array(batch.taskCount).fill(noDuration),
    metFamily: new Uint16Array(batch.taskCount),
    met: new Map(),
    zones: createZoneTable(batch.zoneCount),
    timeline: createTimeline(),
    families: createFamilies(),
    waiting: createWaiting(batch.providers),
    parked: [],
    firstLaunchAtMs: undefined,
    lastEndAtMs: undefined,
    launches: 0,
    costs: createCosts(),
  };
}

function addZone(its: Growing, { zone, zoneIndex, tasks }: ZoneLine): void {
  its.zones.set(zoneIndex, zone);
  for (const task of tasks) {
    its.grid[task.index] = phases.indexOf(task.phase);
    addTimes(its, task);
    its.costs.add(task);
    its.launches += task.attempt;
    if (!isBad(task.phase)) {
      its.waiting.add(task);
      continue;
    }
    const failure = failureOf(task, zone);
    its.families.add(failure);
    const met = its.met.get(failure.shape.id) ?? its.met.size + 1;
    its.met.set(failure.shape.id, met);
    its.metFamily[task.index] = Math.min(met, 0xffff);
    if (task.phase === 'parked' && its.parked.length < mostParked) its.parked.push(parkedOf(task, zone.location));
  }
}

function addTimes(its: Growing, task: TaskLine): void {
  const launchedAtMs = task.launchedAtMs ?? (task.attempt > 0 ? task.intentAtMs : undefined);
  its.timeline.add('launches', launchedAtMs);
  if (launchedAtMs !== undefined) its.firstLaunchAtMs = Math.min(launchedAtMs, its.firstLaunchAtMs ?? launchedAtMs);
  const { phase, endedAtMs } = task;
  if (endedAtMs === undefined || !(isEnd(phase) || phase === 'parked')) return;
  its.timeline.add(phase === 'succeeded' ? 'ends' : 'failures', endedAtMs);
  its.lastEndAtMs = Math.max(endedAtMs, its.lastEndAtMs ?? endedAtMs);
  if (phase !== 'succeeded' || launchedAtMs === undefined) return;
  its.durationsMs[task.index] = Math.min(Math.max(0, endedAtMs - launchedAtMs), noDuration - 1);
}

function parkedOf(task: TaskLine, location: string): Parked {
  return {
    task: task.id as TaskId,
    location,
    processIndex: task.processIndex,
    sinceMs: task.endedAtMs,
    rule: task.rule ?? '',
    reason: task.reason,
    remoteJobId: task.remoteJobId,
  };
}

function accounts({ batch, grid, durationsMs, costs }: Growing): ProcessAccount[] {
  return Array.from({ length: batch.processCount }, (_, process) => {
    const [first, last] = [process * batch.zoneCount, (process + 1) * batch.zoneCount];
    const counts = noCounts();
    for (const code of grid.subarray(first, last)) counts[phases[code] as Phase] += 1;
    const known = durationsMs.subarray(first, last).filter((ms) => ms !== noDuration);
    const provider = batch.providers[process] ?? '';
    return { provider, counts, durations: quantilesOf(known), costs: costs.ofProcess(process) };
  });
}

/** Every failure's family by its place in the list, where the list has it. */
function ranked({ metFamily, met }: Growing, families: readonly { id: string }[]): Uint16Array {
  const rankOf = new Map(families.map(({ id }, i) => [id, i + 1]));
  const rankOfMet = new Uint16Array(met.size + 1);
  for (const [id, n] of met) rankOfMet[n] = rankOf.get(id) ?? families.length + 1;
  return metFamily.map((n) => rankOfMet[n] ?? families.length + 1);
}

const noCounts = (): Counts => Object.fromEntries(phases.map((phase) => [phase, 0])) as Counts;

function added(sum: Counts, counts: Counts): Counts {
  for (const phase of phases) sum[phase] += counts[phase];
  return sum;
}
