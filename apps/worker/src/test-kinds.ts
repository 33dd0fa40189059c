import { randomBytes } from 'node:crypto';
import { type BatchContent, type BatchId, limitsOf, type Process, silentLog } from '@nightpass/core';
import { createKeys, type LedgerContext, openBatch, type RunningProvider, startProvider } from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import type { TestRedis } from '@nightpass/runtime/test-redis';
import { type Behaviour, type Simulator, type SimulatorKind, startSimulator } from '@nightpass/simulator';
import { batchOf, providersRedis } from './test-night.ts';

/** For tests: platforms of several kinds on one ledger, each with a worker's loops of its own. */

/** How each kind is logged in to, and what a process of it looks like in a batch. */
const kinds = {
  'airbus-playground': {
    auth: { kind: 'bearer', tokenEnv: 'TOKEN' },
    process: { id: '00000000-0000-4000-8000-000000000001', datasetId: 'dataset', projectId: 'project' },
  },
  'desp-insula': {
    auth: { kind: 'basic', usernameEnv: 'NAME', passwordEnv: 'PASSWORD' },
    process: { id: '20', inputs: { aoi: '{{zone.geom | wkt}}', image: '{{zone.image_id}}' } },
  },
  'ogc-api-processes': {
    auth: { kind: 'none' },
    process: { id: 'buffer', inputs: { area: '{{zone.geom}}', image: '{{zone.image_id}}' } },
  },
  openeo: {
    auth: { kind: 'basic', usernameEnv: 'NAME', passwordEnv: 'PASSWORD' },
    process: { id: 'ndvi', inputs: { extent: '{{zone.geom | extent}}', image: '{{zone.image_id}}' } },
  },
} as const satisfies Record<SimulatorKind, { auth: object; process: Partial<Process> }>;

export const allKinds = Object.keys(kinds) as SimulatorKind[];

export interface Platform {
  kind: SimulatorKind;
  simulator: Simulator;
  worker: RunningProvider;
  close(): Promise<void>;
}

export function newLedger(redis: TestRedis): LedgerContext {
  return { redis: redis.client(), keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
}

/** A simulated platform and a worker on it; the provider is called like its kind. */
export async function startPlatform(
  redis: TestRedis,
  { keys }: LedgerContext,
  kind: SimulatorKind,
  options: { behaviour?: Behaviour; config?: Record<string, unknown> } = {},
): Promise<Platform> {
  const simulator = await startSimulator({
    kind,
    seed: 1,
    tokens: ['secret-TOKEN'],
    behaviour: options.behaviour ?? {},
  });
  const config = parseProviderConfig(kind, {
    kind,
    baseUrl: simulator.url,
    auth: kinds[kind].auth,
    launch: { perSecond: 100, concurrency: 4, maxInFlight: 10_000 },
    read: { perSecond: 100, minLookSeconds: 0.1, maxLookSeconds: 0.5 },
    probeSeconds: 0.5,
    ...options.config,
  });
  const adapter = createProvider(kind, config, ({ env }) => `secret-${env}`);
  const worker = startProvider({
    name: kind,
    adapter,
    limits: limitsOf(config),
    ledger: { redis: redis.client(), keys },
    connection: providersRedis(redis),
    runway: 10_000,
    log: silentLog,
  });
  return {
    kind,
    simulator,
    worker,
    async close() {
      await worker.drain(2_000);
      await adapter.close();
      await simulator.close();
    },
  };
}

/** One batch with a process of each kind, on so many zones. */
export async function openBatchOf(
  ledger: LedgerContext,
  of: readonly SimulatorKind[],
  zones: number,
): Promise<BatchId> {
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const plain = batchOf({ processes: 1, zones });
  const content: BatchContent = {
    ...plain,
    processes: of.map((kind) => ({
      name: `On ${kind}`,
      datasetId: '',
      projectId: '',
      provider: kind,
      ...kinds[kind].process,
    })),
  };
  await openBatch(ledger, { id, content, contentHash: id, file: `${id}.json`, providers: [...of] });
  return id;
}
