import { type BatchContent, type BatchId, type Phase, type Polygon, phaseByte } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch, readBatch } from '@nightpass/engine';

/** A night that never was, written straight into the ledger: as many tasks as wanted, some of which failed for known causes. */

export interface Cause {
  phase: Phase;
  rule: string;
  /** What the platform said: its numbers differ from task to task. */
  says(index: number): string;
  /** Which tasks it struck. */
  struck(process: number, zone: number): boolean;
}

export interface NightPlan {
  id: string;
  name: string;
  processes: number;
  zones: number;
  causes: readonly Cause[];
  /** Of the rest: how it stands. */
  otherwise(process: number, zone: number): Phase;
  isOver: boolean;
  startedAtMs: number;
  /** How long it takes to launch all of it; 5, unless given. */
  launchHours?: number;
}

const hourMs = 3_600_000;

/** Harbours along coasts, with zones around each. */
function footprint(zone: number): Polygon {
  const harbours = [
    [-4.49, 48.38],
    [-9.14, 38.71],
    [2.17, 41.38],
    [14.27, 40.84],
    [23.63, 37.94],
    [4.4, 51.9],
    [10.0, 53.54],
    [24.94, 60.17],
    [18.07, 59.33],
    [-3.2, 55.97],
  ];
  const [lon = 0, lat = 0] = harbours[zone % harbours.length] ?? [];
  const ring = Math.floor(zone / harbours.length);
  const side = Math.ceil(Math.sqrt(ring + 1));
  const [x, y] = [lon + (ring % side) * 0.06 - side * 0.03, lat + Math.floor(ring / side) * 0.05 - 0.1];
  const corners = [
    [x, y],
    [x + 0.05, y + 0.004],
    [x + 0.047, y + 0.042],
    [x + 0.004, y + 0.038],
    [x, y],
  ];
  return { type: 'Polygon', coordinates: [corners] };
}

function contentOf({ name, processes, zones }: NightPlan): BatchContent {
  const names = [
    'Ship detection',
    'Oil slick detection',
    'Coastline change',
    'Berth occupancy',
    'Turbidity',
    'Buoy count',
  ];
  const towns = [
    'Brest',
    'Lisboa',
    'Barcelona',
    'Napoli',
    'Piraeus',
    'Rotterdam',
    'Hamburg',
    'Helsinki',
    'Stockholm',
    'Leith',
  ];
  return {
    name,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: processes }, (_, i) => ({
      id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      name: names[i] ?? `Process ${i}`,
      datasetId: 'dataset',
      projectId: 'project',
      provider: undefined,
    })),
    zones: Array.from({ length: zones }, (_, i) => ({
      id: i,
      imageId: `PHR1B_202611${10 + (i % 12)}_${String(i).padStart(6, '0')}`,
      image2Id: undefined,
      location: `${towns[i % towns.length]}, berth ${Math.floor(i / towns.length)}`,
      project: undefined,
      geom: footprint(i),
    })),
  };
}

const launched: readonly Phase[] = ['running', 'succeeded', 'failed', 'expired', 'parked', 'unconfirmed', 'cancelled'];
const ended: readonly Phase[] = ['succeeded', 'failed', 'expired', 'cancelled', 'parked'];

/** @returns the batch's id, and how many tasks each cause struck */
export async function plantNight(ledger: LedgerContext, plan: NightPlan): Promise<{ id: BatchId; struck: number[] }> {
  const { redis } = ledger;
  const keys = ledger.keys ?? createKeys();
  const id = plan.id as BatchId;
  const content = contentOf(plan);
  await openBatch(ledger, {
    id,
    content,
    contentHash: id.repeat(4),
    file: `${plan.name.toLowerCase().replaceAll(' ', '-')}.json`,
    providers: content.processes.map(() => 'airbus'),
  });
  if (!(await readBatch(ledger, id))) throw new Error('the batch was not opened');
  const struck = plan.causes.map(() => 0);
  const counts = new Map<string, number>();
  const minutes = new Map<string, number>();
  const total = plan.processes * plan.zones;
  const add = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);
  const inMinute = (ms: number, phase: Phase) => add(minutes, `${Math.floor(ms / 60_000) * 60}${phaseByte[phase]}`);
  for (let first = 0; first < total; first += 2_000) {
    const pipeline = redis.pipeline();
    let bytes = '';
    const moved = Buffer.alloc(Math.min(total - first, 2_000) * 4);
    for (let index = first; index < Math.min(total, first + 2_000); index++) {
      const [process, zone] = [Math.floor(index / plan.zones), index % plan.zones];
      const cause = plan.causes.findIndex((it) => it.struck(process, zone));
      const its = plan.causes[cause];
      const phase = its?.phase ?? plan.otherwise(process, zone);
      if (cause >= 0) struck[cause] = (struck[cause] ?? 0) + 1;
      bytes += phaseByte[phase];
      add(counts, phaseByte[phase]);
      if (!launched.includes(phase)) continue;
      const launchedAt = plan.startedAtMs + Math.floor((index / total) * (plan.launchHours ?? 5) * hourMs);
      const endedAt = launchedAt + 300_000 + ((index * 7_919) % 1_200_000);
      moved.writeUInt32BE(Math.floor((ended.includes(phase) ? endedAt : launchedAt) / 1000), (index - first) * 4);
      inMinute(launchedAt, 'launching');
      if (ended.includes(phase)) inMinute(endedAt, phase);
      if (phase === 'running') pipeline.sadd(keys.provider('airbus').inflight, `${id}-${process}-${zone}`);
      pipeline.hset(keys.provider('airbus').claims, `job-${index}`, `${id}-${process}-${zone}`);
      pipeline.hset(keys.task({ batchId: id, processIndex: process, zoneIndex: zone }), {
        attempt: 1,
        drive: 1,
        intentAt: launchedAt,
        launchedAt,
        remoteId: `job-${index}`,
        address: `/api/v1/jobs/job-${index}`,
        history: historyOf(index, launchedAt, ended.includes(phase) ? { atMs: endedAt, phase, its } : undefined),
        ...(ended.includes(phase) && { endedAt }),
        ...(its && { rule: its.rule, reason: its.says(index) }),
      });
    }
    pipeline.setrange(keys.grid(id), first, bytes).setrange(keys.moved(id), first * 4, moved);
    await pipeline.exec();
  }
  await redis.del(keys.counts(id), keys.timeline(id));
  await redis.hset(keys.counts(id), Object.fromEntries(counts));
  if (minutes.size > 0) await redis.hset(keys.timeline(id), Object.fromEntries(minutes));
  await redis.hset(keys.batch(id), 'acceptedAt', plan.startedAtMs - 60_000);
  if (plan.isOver) await redis.hset(keys.batch(id), 'endedAt', plan.startedAtMs + 6 * hourMs);
  return { id, struck };
}

function historyOf(
  index: number,
  launchedAtMs: number,
  end: { atMs: number; phase: Phase; its: Cause | undefined } | undefined,
): string {
  const lines = [
    `${launchedAtMs} launching: attempt 1`,
    `${launchedAtMs + 400 + (index % 900)} running: launched-201: remote job job-${index}`,
  ];
  if (end) {
    const { atMs, phase, its } = end;
    lines.push(`${atMs} ${phase}: ${its ? `${its.rule}: ${its.says(index)}` : 'remote-succeeded'}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Three causes, none of which says so by itself. */
export const threeCauses: readonly Cause[] = [
  {
    phase: 'failed',
    rule: 'remote-failed',
    says: (index) => `Out of memory on node ${index % 40} after ${index % 900} s`,
    struck: (process, zone) => process === 1 && zone % 9 === 4,
  },
  {
    phase: 'failed',
    rule: 'refused',
    says: (index) => `422: the image of zone ${index % 10_000} has no calibration file`,
    struck: (process, zone) => process !== 1 && zone % 400 === 7,
  },
  {
    phase: 'expired',
    rule: 'cancel-confirmed',
    says: () => 'it outlived its deadline of 12 h',
    struck: (process, zone) => process === 3 && zone % 250 === 11,
  },
];
