import { phases } from '@nightpass/core';
import { holdKinds, readProviderStatus, readSummaries, readTally } from '@nightpass/engine';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry } from 'prom-client';
import { addTally } from './metrics/tally-metrics.ts';
import { sumCounts } from './overview.ts';
import type { BoardParts } from './server.ts';

/** Batches looked at: what is older has ended long ago. */
const newestBatches = 100;
const queueStates = ['waiting', 'active', 'delayed', 'completed', 'failed', 'prioritized'] as const;

/** `/metrics` for Prometheus. Read anew at each scrape, from counters only: no task is looked at. */
export function metricsRoute(app: FastifyInstance, parts: BoardParts): void {
  app.get('/metrics', async (_request, reply) => {
    const registry = await readMetrics(parts);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

async function readMetrics(parts: BoardParts): Promise<Registry> {
  const registry = new Registry();
  const [providers, summaries, queueCounts, memory] = await Promise.all([
    readStatuses(parts),
    readSummaries(parts.ledger, { offset: 0, limit: newestBatches }),
    readQueueCounts(parts),
    parts.ledger.redis.info('memory'),
  ]);
  addProviders(registry, providers);
  await addTallies(registry, parts, providers);
  addBatches(registry, summaries);
  const jobs = gaugeIn(registry, 'queue_jobs', 'Jobs by queue and state; delayed in .track means running remotely.', [
    'queue',
    'state',
  ]);
  for (const { queue, state, n } of queueCounts) jobs.set({ queue, state }, n);
  gaugeIn(registry, 'redis_memory_bytes', 'Memory that Redis uses.', []).set(memoryField(memory, 'used_memory'));
  gaugeIn(registry, 'redis_memory_limit_bytes', 'Memory that Redis may use; 0 means no limit.', []).set(
    memoryField(memory, 'maxmemory'),
  );
  return registry;
}

function gaugeIn<L extends string>(registry: Registry, name: string, help: string, labelNames: L[]): Gauge<L> {
  return new Gauge({ name: `nightpass_${name}`, help, labelNames, registers: [registry] });
}

type Providers = Awaited<ReturnType<typeof readStatuses>>;

const readStatuses = ({ ledger, settings }: BoardParts) =>
  Promise.all([...settings.providers].map(([name, { limits }]) => readProviderStatus(ledger, name, limits)));

function addProviders(registry: Registry, providers: Providers): void {
  const gauge = <L extends string>(name: string, help: string, labels: L[]) => gaugeIn(registry, name, help, labels);
  const launches = new Counter({
    name: 'nightpass_launches_total',
    help: 'Launches ever sent.',
    labelNames: ['provider'],
    registers: [registry],
  });
  const inFlight = gauge('in_flight', 'Tasks launched and not yet ended.', ['provider']);
  const maxInFlight = gauge('in_flight_limit', 'Tasks that may be in flight at a time.', ['provider']);
  const perSecond = gauge('launches_per_second_limit', 'Launches allowed a second.', ['provider']);
  const share = gauge('bearable_share', 'The share of it that the platform bears, learned from its refusals.', [
    'provider',
  ]);
  const reads = gauge('reads_per_second_limit', 'Reads allowed a second.', ['provider']);
  const dueNow = gauge('looks_due', 'Looks at running jobs that are due now.', ['provider']);
  const behind = gauge('looks_behind_seconds', 'How long the oldest of them has been due.', ['provider']);
  const orphans = gauge('orphans', 'Remote jobs of ours that no task follows.', ['provider']);
  const held = gauge('provider_held', '1 while the provider is held for this reason.', ['provider', 'kind']);
  for (const { name, ...its } of providers) {
    const provider = { provider: name };
    launches.inc(provider, its.launches);
    inFlight.set(provider, its.inFlight);
    maxInFlight.set(provider, its.maxInFlight);
    perSecond.set(provider, its.launchesPerSecond);
    share.set(provider, its.bearableShare);
    reads.set(provider, its.readsPerSecond);
    dueNow.set(provider, its.dueNow);
    behind.set(provider, its.behindMs / 1000);
    orphans.set(provider, its.orphans.length);
    for (const kind of holdKinds) held.set({ ...provider, kind }, its.holds.some((hold) => hold.kind === kind) ? 1 : 0);
  }
}

async function addTallies(registry: Registry, { ledger }: BoardParts, providers: Providers): Promise<void> {
  const nowMs = Date.now();
  const all = await Promise.all(
    providers.map(async ({ name, holds }) => ({
      provider: name,
      holds,
      tally: await readTally(ledger, name),
      looks: Number((await ledger.redis.hget(ledger.keys.provider(name).stats, 'looks')) ?? 0),
    })),
  );
  addTally(registry, all, nowMs);
}

function addBatches(registry: Registry, summaries: Awaited<ReturnType<typeof readSummaries>>): void {
  const batches = gaugeIn(registry, 'batches', `The newest ${newestBatches} batches: open or ended.`, ['state']);
  const ended = summaries.filter(({ batch }) => batch.endedAtMs !== undefined).length;
  batches.set({ state: 'open' }, summaries.length - ended);
  batches.set({ state: 'ended' }, ended);
  const tasks = gaugeIn(registry, 'tasks', `Tasks of the newest ${newestBatches} batches by phase.`, ['phase']);
  const counts = sumCounts(summaries.map((summary) => summary.counts));
  for (const phase of phases) tasks.set({ phase }, counts[phase]);
}

async function readQueueCounts({ queues }: BoardParts): Promise<{ queue: string; state: string; n: number }[]> {
  const all = [...queues.values()].flatMap(({ launch, track }) => [launch, track]);
  const counts = await Promise.all(
    all.map(async (queue) => {
      const byState = await queue.getJobCounts(...queueStates);
      return Object.entries(byState).map(([state, n]) => ({ queue: queue.name, state, n }));
    }),
  );
  return counts.flat();
}

function memoryField(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
