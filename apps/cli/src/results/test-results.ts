import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BatchId, limitsOf, type ResultLink, silentLog, type TaskId } from '@nightpass/core';
import { createKeys, type LedgerContext, readTasks, startProvider, type TaskRecord } from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { openExample, openWorkplace, quickConfig, until, type Workplace } from '../test-command.ts';

/** A batch of twelve tasks that have all succeeded, and the command to fetch their results with. */
export interface Ended {
  redis: TestRedis;
  ledger: LedgerContext;
  platform: Simulator;
  place: Workplace;
  batch: BatchId;
  /** Their jobs, in the order of the tasks. */
  task(index: number): Promise<TaskRecord>;
  /** As if the platform had said so of the task. */
  offer(index: number, links: readonly Partial<ResultLink>[]): Promise<void>;
  close(): Promise<void>;
}

export type Behaviour = NonNullable<Parameters<Simulator['setBehaviour']>[0]>;

export async function endedBatch(behaviour: Behaviour = {}): Promise<Ended> {
  const redis = await startTestRedis();
  const platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: { jobSeconds: 0.02, ...behaviour },
    apiKeys: ['test-key'],
    seed: 1,
  });
  const place = await openWorkplace({ REDIS_URL: redis.url, TEST_KEY: 'test-key' });
  const config = quickConfig(platform.url) as { providers: { airbus: object } };
  const auth = { kind: 'api-key', keyEnv: 'TEST_KEY', tokenUrl: platform.tokenUrl };
  const provider = { ...config.providers.airbus, auth, launch: { perSecond: 500, maxInFlight: 100 } };
  await place.configure({ ...config, providers: { airbus: provider } });
  const ledger: LedgerContext = { redis: redis.client(), keys: createKeys() };
  const batch = (await openExample(ledger.redis, 'ports-of-occitanie.json')) as BatchId;
  await endAll(redis, ledger, batch, provider);
  const zoneCount = Number(await ledger.redis.hget(ledger.keys.batch(batch), 'zones'));
  const idOf = (index: number) => `${batch}-${Math.floor(index / zoneCount)}-${index % zoneCount}` as TaskId;
  return {
    redis,
    ledger,
    platform,
    place,
    batch,
    async task(index) {
      const [task] = await readTasks(ledger, [idOf(index)], async () => ({ zoneCount }));
      if (!task) throw new Error('no such task');
      return task;
    },
    async offer(index, links) {
      const results = JSON.stringify({
        links: links.map(({ sizeBytes: size, ...link }, n) => ({ name: `r${n}`, href: '/', ...link, size })),
      });
      await ledger.redis.hset(`${ledger.keys.taskPrefix}${idOf(index)}`, { results });
    },
    async close() {
      await place.close();
      await platform.close();
      await redis.stop();
    },
  };
}

async function endAll(redis: TestRedis, ledger: LedgerContext, batch: BatchId, config: object): Promise<void> {
  const entry = parseProviderConfig('airbus', config);
  const adapter = createProvider('airbus', entry, () => 'test-key');
  const worker = startProvider({
    name: 'airbus',
    adapter,
    limits: limitsOf(entry),
    ledger,
    connection: { ...redis.address.options, maxRetriesPerRequest: null, retryStrategy: () => 100 },
    runway: 1000,
    log: silentLog,
  });
  await until(async () => (await ledger.redis.hexists(ledger.keys.batch(batch), 'endedAt')) === 1);
  await worker.drain(2_000);
  await adapter.close();
}

/** A place that is not the platform. */
export interface Elsewhere {
  origin: string;
  requests: { url: string; headers: IncomingMessage['headers'] }[];
  answer(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

export async function startElsewhere(): Promise<Elsewhere> {
  const it: Elsewhere = {
    origin: '',
    requests: [],
    answer: (_, response) => void response.end('bytes'),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    it.requests.push({ url: request.url ?? '', headers: request.headers });
    it.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  it.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return it;
}
