import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { BatchId } from '@nightpass/core';
import { createKeys, openBatch, readCounts } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { type Simulator, startSimulator } from '@nightpass/simulator';
import { afterEach, expect, test } from 'vitest';
import { batchOf, until } from './test-night.ts';
import { unbundled, type WorkerProcess, type WorkerProcesses, workerProcesses } from './test-processes.ts';

/** Real worker processes, and a collector that writes down all it is sent. */

let redis: TestRedis;
let platform: Simulator;
let workers: WorkerProcesses;
let collector: Awaited<ReturnType<typeof startCollector>> | undefined;

afterEach(async () => {
  await workers?.stop();
  await platform?.close();
  await redis?.stop();
  await collector?.close();
  collector = undefined;
});

const key = 'planted-key-5f2c81';
const tasks = 6;

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}
interface Sent {
  resourceSpans: {
    resource: { attributes: SentSpan['attributes'] };
    scopeSpans: { spans: SentSpan[] }[];
  }[];
}

async function startCollector(answer: 'ok' | 'never') {
  const bodies: string[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(`${request.url}\n${body}`);
    if (answer === 'ok') response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    sent: () => bodies.map((body) => JSON.parse(body.slice(body.indexOf('\n') + 1)) as Sent),
    close: () =>
      new Promise<unknown>((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** A night from its first launch to the worker's own end. */
async function night(env: NodeJS.ProcessEnv) {
  redis = await startTestRedis();
  platform = await startSimulator({ kind: 'airbus-playground', behaviour: { jobSeconds: 0.3 }, tokens: [key] });
  workers = await workerProcesses(
    redis.url,
    {
      providers: {
        airbus: {
          kind: 'airbus-playground',
          baseUrl: platform.url,
          auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
          launch: { perSecond: 50, concurrency: 4, maxInFlight: 100 },
          read: { perSecond: 100, minLookSeconds: 0.2, maxLookSeconds: 1 },
        },
      },
    },
    { TEST_TOKEN: key, ...env },
    unbundled,
  );
  const ledger = { redis: redis.client(), keys: createKeys() };
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const content = batchOf({ processes: 2, zones: tasks / 2 });
  await openBatch(ledger, { id, content, contentHash: id, file: 'test.json', providers: ['airbus', 'airbus'] });
  const worker = workers.start();
  await until(
    async () => (await ledger.redis.hexists(ledger.keys.batch(id), 'endedAt')) === 1,
    30_000,
    async () => worker.output(),
  );
  expect(await readCounts(ledger, id)).toMatchObject({ succeeded: tasks });
  const stoppedAtMs = performance.now();
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  return { worker, stoppedWithinMs: performance.now() - stoppedAtMs };
}

/** Node names every CommonJS module that it loads, and these libraries are such. */
const listingModules = { NODE_DEBUG: 'module' };
const loaded = (worker: WorkerProcess) =>
  new Set(
    [...worker.output().matchAll(/load ".*\/node_modules\/((?:@[^/"]+\/)?[^/"]+)\/[^"]*" for module/g)].map(
      (match) => match[1],
    ),
  );
const isTelemetry = (library = '') => library === 'bullmq-otel' || library.startsWith('@opentelemetry/');

const textOf = (span: SentSpan, name: string) =>
  Object.values(span.attributes.find((attribute) => attribute.key === name)?.value ?? {})[0];

test('each launch is a request within the turn of its job, and nothing that leaves holds a key, an address or a body', async () => {
  collector = await startCollector('ok');
  const { worker } = await night({
    ...listingModules,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=not-this',
  });

  expect([...loaded(worker)].some(isTelemetry)).toBe(true);
  const resources = collector.sent().flatMap((sent) => sent.resourceSpans);
  for (const { resource } of resources) {
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'nightpass-worker' } });
    expect(resource.attributes).toContainEqual({
      key: 'deployment.environment.name',
      value: { stringValue: 'test' },
    });
  }
  const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const turns = new Map(
    spans.filter((span) => span.name.startsWith('process ')).map((span) => [span.spanId, span] as const),
  );
  const launches = spans.filter((span) => span.name === 'POST');
  expect(launches).toHaveLength(tasks);
  const launchedBy = launches.map((launch) => {
    const turn = turns.get(launch.parentSpanId ?? '');
    return turn && textOf(turn, 'bullmq.job.id');
  });
  expect(new Set(launchedBy).size).toBe(tasks);
  expect(launchedBy).not.toContain(undefined);
  expect([...turns.values()].filter((turn) => turn.parentSpanId !== undefined)).toEqual([]);
  expect(textOf(launches[0] as SentSpan, 'server.address')).toBe('127.0.0.1');

  const everything = collector.bodies.join('\n');
  expect(everything).not.toContain(key);
  expect(everything).not.toContain(Buffer.from(key).toString('base64').slice(0, 16));
  expect(everything).not.toMatch(/authorization|bearer|url\.(full|path|query)|user_agent|coordinates|job\.result/i);
});

test('jobs are kept as they are without traces', async () => {
  collector = await startCollector('ok');
  await night({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const client = redis.client();
  const options: string[] = [];
  for (const name of await client.keys('*')) {
    if ((await client.type(name)) === 'hash') options.push((await client.hget(name, 'opts')) ?? '{}');
  }
  const kept = options.map((text) => JSON.parse(text) as object).filter((job) => 'delay' in job);
  expect(kept.length).toBeGreaterThanOrEqual(tasks);
  expect(kept.filter((job) => 'tm' in job)).toEqual([]);
});

test.for(['dead', 'silent'] as const)(
  'with a %s collector the night ends all the same, and the worker soon after',
  async (which) => {
    if (which === 'silent') collector = await startCollector('never');
    const { stoppedWithinMs } = await night({ OTEL_EXPORTER_OTLP_ENDPOINT: collector?.url ?? (await deadAddress()) });
    expect(stoppedWithinMs).toBeLessThan(10_000);
  },
);

test('without the variable nothing is sent, and nothing of OpenTelemetry is loaded', async () => {
  collector = await startCollector('ok');
  const { worker } = await night({ OTEL_TRACES_SAMPLER: 'always_on', ...listingModules });
  expect(collector.bodies).toEqual([]);
  expect(loaded(worker).size).toBeGreaterThan(10);
  expect([...loaded(worker)].filter(isTelemetry)).toEqual([]);
});
