import { randomBytes } from 'node:crypto';
import { type BatchContent, type BatchId, type Limits, type Log, limitsOf, type Polygon } from '@nightpass/core';
import {
  createKeys,
  type LedgerContext,
  openBatch,
  type RunningProvider,
  readCounts,
  startProvider,
} from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, type SimulatorOptions, startSimulator } from '@nightpass/simulator';

/** A night in a test: a Redis and a platform of its own, and as many workers as wanted, all in this process. */
export interface Night {
  redis: TestRedis;
  platform: Simulator;
  ledger: LedgerContext;
  provider: string;
  limits: Limits;
  /** What the workers logged, by message. */
  logged: { level: string; message: string; facts: Record<string, unknown> }[];
  /** @param through what its ledger's connection goes through, where it does not go straight */
  startWorker(through?: (redis: LedgerContext['redis']) => LedgerContext['redis']): RunningProvider;
  /** @returns its id. */
  openBatch(size: { processes: number; zones: number }, also?: Partial<BatchContent>): Promise<BatchId>;
  /** Waits until nothing in the batch can still happen by itself. */
  untilEnded(id: BatchId, withinMs?: number): Promise<void>;
  until(condition: () => Promise<boolean> | boolean, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

const quick = {
  launch: { perSecond: 200, concurrency: 4, maxInFlight: 500 },
  read: { perSecond: 200, minLookSeconds: 0.05, maxLookSeconds: 0.5 },
  reconcile: { reads: 2, everySeconds: 0.2 },
};

export interface NightOptions {
  behaviour?: SimulatorOptions['behaviour'];
  faults?: SimulatorOptions['faults'];
  /** Keys of its config, where they differ from the usual. */
  provider?: Record<string, unknown> | ((platform: Simulator) => Record<string, unknown>);
  runway?: number;
}

export async function startNight(options: NightOptions = {}): Promise<Night> {
  const redis = await startTestRedis();
  const platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 0.3, ...options.behaviour },
    faults: options.faults ?? [],
    seed: 1,
    tokens: ['test-token'],
  });
  const provider = 'airbus';
  const config = parseProviderConfig(provider, {
    kind: 'airbus-playground',
    baseUrl: platform.url,
    auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
    ...quick,
    ...keysOf(options.provider, platform),
  });
  const limits = limitsOf(config);
  const client = redis.client();
  const ledger = { redis: client, keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const workers = new Set<{ drain(ms: number): Promise<unknown>; close(): Promise<void> }>();
  const logged: Night['logged'] = [];

  return {
    redis,
    platform,
    ledger,
    provider,
    limits,
    logged,
    startWorker(through = (redis) => redis) {
      const adapter = createProvider(provider, config, () => 'test-token');
      const own = redis.client();
      const worker = startProvider({
        name: provider,
        adapter,
        limits,
        ledger: { redis: through(own), keys: ledger.keys },
        connection: providersRedis(redis),
        runway: options.runway ?? 10_000,
        log: recorder(logged),
      });
      const held = { drain: worker.drain, close: () => adapter.close() };
      workers.add(held);
      return worker;
    },
    async openBatch(size, also = {}) {
      const id = `b${randomBytes(6).toString('hex')}` as BatchId;
      const content = { ...batchOf(size), ...also };
      const providers = content.processes.map(() => provider);
      await openBatch(ledger, { id, content, contentHash: id, file: `${id}.json`, providers });
      return id;
    },
    async untilEnded(id, withinMs) {
      await until(
        async () => (await client.hexists(ledger.keys.batch(id), 'endedAt')) === 1,
        withinMs,
        async () => JSON.stringify(await readCounts(ledger, id)),
      );
    },
    until: (condition, withinMs) => until(condition, withinMs),
    async stop() {
      for (const worker of workers) {
        await worker.drain(2_000);
        await worker.close();
      }
      await platform.close();
      await redis.stop();
    },
  };
}

/** How a worker's queues reach the Redis of a test. */
export const providersRedis = (redis: TestRedis): Parameters<typeof startProvider>[0]['connection'] => ({
  ...redis.address.options,
  maxRetriesPerRequest: null,
  retryStrategy: () => 100,
});

export const keysOf = (keys: NightOptions['provider'], platform: Simulator) =>
  typeof keys === 'function' ? keys(platform) : keys;

export async function until(
  condition: () => Promise<boolean> | boolean,
  withinMs = 20_000,
  describe: () => Promise<string> = async () => '',
): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`not so within ${withinMs} ms ${await describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function square(x: number, y: number): Polygon {
  const ring = [
    [x, y],
    [x + 0.1, y],
    [x + 0.1, y + 0.1],
    [x, y + 0.1],
    [x, y],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

export function batchOf({ processes, zones }: { processes: number; zones: number }): BatchContent {
  return {
    name: undefined,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: processes }, (_, i) => ({
      id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      name: `Process ${i}`,
      datasetId: 'dataset',
      projectId: 'project',
      provider: undefined,
    })),
    zones: Array.from({ length: zones }, (_, i) => ({
      id: i,
      imageId: `image-${i}`,
      image2Id: undefined,
      location: `Place ${i}`,
      project: undefined,
      geom: square((i % 3000) / 10 - 150, Math.floor(i / 3000) / 10 - 60),
    })),
  };
}

function recorder(lines: Night['logged'], bindings: Record<string, unknown> = {}): Log {
  const at = (level: string) => (facts: object, message: string) => {
    lines.push({ level, message, facts: { ...bindings, ...facts } });
    if (process.env.TEST_LOG)
      process.stderr.write(
        `${level} ${message} ${JSON.stringify({ ...bindings, ...facts }, (_, v) => (v instanceof Error ? v.stack : v))}\n`,
      );
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => recorder(lines, { ...bindings, ...more }),
  };
}
