import { randomBytes } from 'node:crypto';
import {
  type BatchContent,
  type BatchId,
  baseProviderConfig,
  type Cost,
  type Log,
  limitsOf,
  type Phase,
} from '@nightpass/core';
import {
  claimDue,
  closeTask,
  createKeys,
  createQueues,
  ensureTracked,
  finishLaunch,
  gridIndex,
  type LedgerContext,
  openBatch,
  type ProviderQueues,
  recordLaunched,
  recordLost,
  refAt,
  settle,
  startTaskWorker,
  type TaskPlace,
  trackQueue,
  writeIntent,
} from '@nightpass/engine';
import { connectRedisFailFast, createLogger, createSecrets } from '@nightpass/runtime';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { z } from 'zod';
import { openAccess } from './access/settings.ts';
import type { BoardSettings } from './config.ts';
import { type RunningBoard, startBoard } from './server.ts';

/** A board in a test: a Redis of its own, filled through the engine's own functions, and a server on a free port. */

export const quiet: Log = createLogger('test', { level: 'silent', secrets: createSecrets({}), to: 'stderr' });

const limits = limitsOf(
  baseProviderConfig.parse({ kind: 'airbus-playground', baseUrl: 'http://localhost', auth: { kind: 'none' } }),
);

/** What an answer says, for tests that look at parts of it. */
export const bodyOf = async (answer: Response) => z.record(z.string(), z.unknown()).parse(await answer.json());

export interface TestBoard extends RunningBoard {
  redis: TestRedis;
  ledger: LedgerContext;
  queues: ReadonlyMap<string, ProviderQueues>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The page as text. */
  page(path: string): Promise<string>;
  stop(): Promise<void>;
}

export const usualSettings: BoardSettings = {
  host: '127.0.0.1',
  port: 0,
  credentials: undefined,
  access: openAccess,
  allowDestructive: false,
  inboxDir: '/srv/nightpass/inbox',
  maxFileBytes: 1_048_576,
  providers: new Map([
    ['airbus', { kind: 'airbus-playground', origin: 'https://api.example.org', limits }],
    [
      'insula',
      {
        kind: 'desp-insula',
        origin: 'https://insula.example.org',
        limits: { ...limits, launchesPerSecond: 0.2, maxInFlight: 20 },
      },
    ],
  ]),
};

export async function startTestBoard(settings: Partial<BoardSettings> = {}, log: Log = quiet): Promise<TestBoard> {
  const redis = await startTestRedis();
  const client = await connectRedisFailFast(redis.address, quiet, { role: 'test-board' });
  const ledger = { redis: client, keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const all = { ...usualSettings, ...settings };
  const queues = new Map(
    [...all.providers.keys()].map((name) => [name, createQueues(ledger.keys, name, client, quiet)]),
  );
  const board = await startBoard({ settings: all, ledger, queues, log });
  const get: TestBoard['get'] = (path, headers = {}) =>
    fetch(board.url + path, { headers: { accept: 'text/html', ...headers } });
  return {
    ...board,
    redis,
    ledger,
    queues,
    get,
    page: async (path) => (await get(path)).text(),
    async stop() {
      await board.close();
      client.disconnect();
      await redis.stop();
    },
  };
}

export function contentOf(
  size: { processes: number; zones: number },
  also: { location?: string; process?: string; name?: string | undefined } = {},
): BatchContent {
  const { location = 'Brest', process = 'Ship detection', name } = also;
  return {
    name,
    provider: undefined,
    priority: 0,
    launchByMs: undefined,
    deadlineMs: undefined,
    processes: Array.from({ length: size.processes }, (_, i) => ({
      id: `p-${i}`,
      name: size.processes === 1 ? process : `${process} ${i + 1}`,
      datasetId: 'd',
      projectId: 'j',
      provider: undefined,
    })),
    zones: Array.from({ length: size.zones }, (_, i) => ({
      id: i,
      imageId: `DS_PHR1B_${i}`,
      image2Id: undefined,
      location: size.zones === 1 ? location : `${location} ${i + 1}`,
      project: undefined,
      geom: { type: 'Polygon', coordinates: [brest] },
    })),
  };
}

const brest = [
  [-4.55, 48.32],
  [-4.42, 48.31],
  [-4.4, 48.39],
  [-4.49, 48.42],
  [-4.55, 48.32],
];

/** @returns the place of the nth task. */
export async function openSample(
  ledger: LedgerContext,
  batch: { content: BatchContent; file?: string; provider?: string },
): Promise<{ id: BatchId; place(index: number): TaskPlace }> {
  const id = `b${randomBytes(6).toString('hex')}` as BatchId;
  const { content, file = 'evening.json', provider = 'airbus' } = batch;
  await openBatch(ledger, {
    id,
    content,
    contentHash: id,
    file,
    providers: content.processes.map((process) => process.provider ?? provider),
  });
  return {
    id,
    place(index) {
      const ref = refAt(index, { id, zoneCount: content.zones.length });
      return {
        ref,
        index: gridIndex(ref, { zoneCount: content.zones.length }),
        provider,
        processId: `p-${ref.processIndex}`,
      };
    },
  };
}

/** Takes a queued task to a phase, the way that workers do. */
export async function drive(
  ledger: LedgerContext,
  at: TaskPlace,
  phase: Phase,
  reason = '',
  cost?: Cost,
): Promise<void> {
  if (phase === 'queued') return;
  await ledger.redis.set(ledger.keys.launchLock(at.provider, at.ref), 'token');
  const intent = await writeIntent(ledger, at, {
    token: 'token',
    maxInFlight: 1_000_000,
    launchesPerSecond: 1_000_000,
    orphanMs: 60_000,
    probe: undefined,
    alone: false,
  });
  if (intent.kind !== 'go') throw new Error(`the intent said ${intent.kind}`);
  const { attempt } = intent;
  switch (phase) {
    case 'launching':
      return;
    case 'unconfirmed':
      await recordLost(ledger, at, { attempt, inMs: 60_000, rule: 'lost', reason });
      return;
    case 'running':
    case 'succeeded': {
      const job = { id: `job-${at.ref.batchId}-${at.index}`, address: `/jobs/${at.index}` };
      await recordLaunched(ledger, at, { attempt, job, lookInMs: phase === 'running' ? 60_000 : 0, rule: 'created' });
      if (phase === 'succeeded') await succeed(ledger, at, cost);
      return;
    }
    default:
      await finishLaunch(ledger, at, { attempt, phase, rule: 'refused', reason, cost });
      await closeTask(ledger, at);
  }
}

async function succeed(ledger: LedgerContext, at: TaskPlace, cost: Cost | undefined): Promise<void> {
  const { score } = await claimDue(ledger, at.provider, 1_000, 60_000);
  const outcome = { kind: 'end', phase: 'succeeded', rule: 'status', reason: '' } as const;
  await settle(ledger, at.provider, score, [{ at, outcome, fields: { word: 'SUCCEEDED' }, cost }]);
  await closeTask(ledger, at);
}

/** Shows the task as failed in the track queue, as a worker would. */
export async function failInTrack(
  board: Pick<TestBoard, 'ledger' | 'queues' | 'redis'>,
  at: TaskPlace,
  reason: string,
): Promise<string> {
  const queues = board.queues.get(at.provider);
  if (!queues) throw new Error(`no provider ${at.provider}`);
  await ensureTracked(queues.track, at.ref, 'Ship detection · Brest', { ended: true });
  const id = `${at.ref.batchId}-${at.ref.processIndex}-${at.ref.zoneIndex}`;
  let failed = () => {};
  const turned = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const worker = startTaskWorker({
    name: trackQueue(at.provider),
    keys: board.ledger.keys,
    connection: { ...board.redis.address.options, maxRetriesPerRequest: null, retryStrategy: () => 100 },
    concurrency: 1,
    keep: { count: 10 },
    log: quiet,
    turn: async (job) => {
      if (job.id === id) failed();
      return { kind: 'failed', reason };
    },
  });
  await turned;
  await worker.drain();
  return id;
}
