import { phaseOfByte } from '@nightpass/core';
import { bucketsMs, holdKinds, type PlacedHold, type Tally, type Times } from '@nightpass/engine';
import { Counter, type Registry } from 'prom-client';

/** Metrics of what the Lua steps have counted. Processes beyond the busiest are told together, as `other`. */

export interface Counted {
  provider: string;
  holds: readonly PlacedHold[];
  tally: Tally;
  looks: number;
}

/** Of each provider. A label is for ever: a platform with ten thousand processes must not make as many series. */
const mostProcesses = 50;

export function addTally(registry: Registry, all: readonly Counted[], nowMs: number): void {
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `nightpass_${name}`, help, labelNames, registers: [registry] });
  const launched = counter('process_launches_total', 'Launches ever sent, by process.', ['provider', 'process']);
  const ended = counter('ends_total', 'Launched tasks that ended or were parked, by outcome.', [
    'provider',
    'process',
    'outcome',
  ]);
  const looks = counter('looks_total', 'Looks at running jobs.', ['provider']);
  const held = counter('held_seconds_total', 'How long the provider was held, by reason.', ['provider', 'kind']);
  const cost = counter('cost_total', 'What jobs have cost, of those whose platform tells it, in its own unit.', [
    'provider',
    'unit',
  ]);
  for (const { provider, tally, holds, looks: looked } of all) {
    const named = processNames(tally);
    looks.inc({ provider }, looked);
    for (const [process, n] of tally.launched) launched.inc({ provider, process: named(process) }, n);
    for (const [byte, byProcess] of tally.ended) {
      for (const [process, n] of byProcess)
        ended.inc({ provider, process: named(process), outcome: phaseOfByte(byte) }, n);
    }
    for (const [unit, amount] of tally.costs) cost.inc({ provider, unit }, amount);
    for (const kind of holdKinds) {
      const now = holds.find((hold) => hold.kind === kind);
      const ms = (tally.heldMs.get(kind) ?? 0) + (now ? Math.max(0, nowMs - now.sinceMs) : 0);
      held.inc({ provider, kind }, ms / 1000);
    }
  }
  addHistogram(registry, all, 'answer', {
    name: 'nightpass_launch_seconds',
    help: 'From the intent of a launch to the answer of its platform.',
  });
  addHistogram(registry, all, 'run', {
    name: 'nightpass_run_seconds',
    help: 'From the launch of a task to its success.',
  });
}

function processNames({ launched }: Tally): (process: string) => string {
  const busiest = [...launched].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const kept = new Set(busiest.slice(0, mostProcesses).map(([process]) => process));
  return (process) => (kept.has(process) && process !== '*' ? process : 'other');
}

type Sample = { metricName: string; labels: Record<string, string | number>; value: number };

/** prom-client observes single values; here whole buckets are known. */
function addHistogram(
  registry: Registry,
  all: readonly Counted[],
  what: keyof typeof bucketsMs,
  { name, help }: { name: string; help: string },
): void {
  const values: Sample[] = [];
  for (const { provider, tally } of all) {
    const named = processNames(tally);
    const merged = new Map<string, Times>();
    for (const [process, times] of tally[what]) {
      const label = named(process);
      merged.set(label, sumOf(merged.get(label), times));
    }
    for (const [process, times] of merged) values.push(...samplesOf(name, { provider, process }, what, times));
  }
  const metric = { name, help, type: 'histogram', aggregator: 'sum', values };
  registry.registerMetric({ ...metric, get: async () => metric, reset: () => {} } as never);
}

function sumOf(a: Times | undefined, b: Times): Times {
  if (!a) return b;
  const bounds = new Set([...a.buckets.keys(), ...b.buckets.keys()]);
  const buckets = new Map([...bounds].map((le) => [le, (a.buckets.get(le) ?? 0) + (b.buckets.get(le) ?? 0)]));
  return { sumMs: a.sumMs + b.sumMs, buckets };
}

function samplesOf(
  name: string,
  labels: Record<string, string>,
  what: keyof typeof bucketsMs,
  { sumMs, buckets }: Times,
): Sample[] {
  let n = 0;
  const samples = [...bucketsMs[what], Number.POSITIVE_INFINITY].map((le) => {
    n += buckets.get(le) ?? 0;
    const bound = Number.isFinite(le) ? le / 1000 : '+Inf';
    return { metricName: `${name}_bucket`, labels: { le: bound, ...labels }, value: n };
  });
  return [
    ...samples,
    { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: n },
  ];
}
