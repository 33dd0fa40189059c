import {
  type BatchContent,
  type BatchId,
  type Limits,
  limitsOf,
  type Phase,
  type Provider,
  silentLog,
  type TaskId,
} from '@nightpass/core';
import {
  createKeys,
  createQueues,
  type LedgerContext,
  openBatch,
  type ProviderQueues,
  readBatch,
  readCounts,
  readTasks,
  type TaskRecord,
  walkGrid,
} from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import { startTestRedis } from '@nightpass/runtime/test-redis';
import { type BehaviourOf, type Simulator, startSimulator } from '@nightpass/simulator';
import { expect } from 'vitest';
import { batchOf } from './test-night.ts';

/** One Redis and one platform for very many short nights, in which nothing runs by itself. */
export interface Stage {
  platform: Simulator;
  ledger: LedgerContext;
  queues: ProviderQueues;
  provider: string;
  limits: Limits;
  /** Each process has its own: what one of them waits for must not stop the other. */
  adapter(finds: 'key' | 'elimination', of: 'mortal' | 'successors'): Provider;
  /** Empties both, and opens a batch of one process. */
  openNight(behaviour: Behaviour, zones: number, also?: Partial<BatchContent>): Promise<BatchId>;
  close(): Promise<void>;
}
export type Behaviour = BehaviourOf<'airbus-playground'>;

const provider = 'airbus';
/** All there is to a platform's behaviour that a night here changes. */
const plain = { jobSeconds: 1e6, echoInput: true, listLagSeconds: 0, staleList: { percent: 0 } };

export async function openStage(): Promise<Stage> {
  const redis = await startTestRedis();
  const platform = await startSimulator({
    kind: 'airbus-playground',
    behaviour: plain,
    seed: 1,
    tokens: ['test-token'],
  });
  const ledger = { redis: redis.client(), keys: createKeys('t') };
  const queues = createQueues(ledger.keys, provider, redis.client(), silentLog);
  const config = (launchNameToken: boolean) =>
    parseProviderConfig(provider, {
      kind: 'airbus-playground',
      baseUrl: platform.url,
      auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
      launchNameToken,
      launch: { perSecond: 1000, concurrency: 1, maxInFlight: 100 },
      read: { perSecond: 1000, minLookSeconds: 0.001, maxLookSeconds: 0.001 },
      reconcile: { reads: 2, everySeconds: 0.001 },
    });
  const pair = (launchNameToken: boolean) => ({
    mortal: createProvider(provider, config(launchNameToken), () => 'test-token'),
    successors: createProvider(provider, config(launchNameToken), () => 'test-token'),
  });
  const adapters = { key: pair(true), elimination: pair(false) };
  return {
    platform,
    ledger,
    queues,
    provider,
    limits: limitsOf(config(false)),
    adapter: (finds, of) => adapters[finds][of],
    async openNight(behaviour, zones, also = {}) {
      await ledger.redis.flushall();
      platform.setFaults([]);
      platform.setBehaviour({ ...plain, ...behaviour });
      platform.reset();
      const id = 'b0123456789ab' as BatchId;
      const content = { ...batchOf({ processes: 1, zones }), ...also };
      await openBatch(ledger, { id, content, contentHash: id, file: 'crash.json', providers: [provider] });
      return id;
    },
    async close() {
      await Promise.all([
        queues.launch.close(),
        queues.track.close(),
        ...Object.values(adapters).flatMap(({ mortal, successors }) => [mortal.close(), successors.close()]),
      ]);
      await platform.close();
      await redis.stop();
    },
  };
}

export async function tasksOf(ledger: LedgerContext, id: BatchId): Promise<TaskRecord[]> {
  const batch = await readBatch(ledger, id);
  if (!batch) throw new Error(`no batch ${id}`);
  const ids: TaskId[] = [];
  for await (const task of walkGrid(ledger, batch, () => true)) ids.push(task.id);
  return readTasks(ledger, ids, async () => batch);
}

export interface Account {
  /** Phases that a task may end in here, beside those that the platform confirms. */
  also: readonly Phase[];
  /** The platform hides what became of a launch: a job may be nobody's, as long as a parked task is there to say so. */
  hidden: boolean;
  /** How often each task was driven to its end. */
  drives: number;
}

const ends: Record<string, Phase | undefined> = { SUCCEEDED: 'succeeded', FAILED: 'failed', CANCELLED: 'cancelled' };
const endLine = /^(succeeded|failed|cancelled|expired|parked): /;

/** The night's account is exact: the ledger, the platform and the lists that the engine lives by agree. */
export async function expectAccounted({ ledger, platform, provider: name }: Stage, id: BatchId, account: Account) {
  const { redis, keys } = ledger;
  const its = keys.provider(name);
  const tasks = await tasksOf(ledger, id);
  const jobs = platform.jobs();

  // Launched once: the platform has at most one job of each task and attempt, and of each task where none was redriven.
  if (account.drives === 1) expect(platform.launchedTwice()).toEqual([]);
  expect(new Set(jobs.map((job) => job.correlationId)).size).toBe(jobs.length);
  for (const task of tasks) {
    expect(jobs.filter((job) => job.taskId === task.id).length).toBeLessThanOrEqual(account.drives);
    const job = jobs.find((it) => it.id === task.job?.id);
    const confirmed = job && job.taskId === task.id && ends[job.status] === task.phase;
    if (!confirmed) expect(account.also, `${task.id}: ${task.history.at(-1)?.text}`).toContain(task.phase);
    // Where a task says that nothing of it runs, nothing does.
    if (!confirmed && !account.hidden) {
      expect(jobs.filter((it) => it.taskId === task.id && ends[it.status] === undefined)).toEqual([]);
    }
    const endings = task.history.filter((line) => endLine.test(line.text)).length;
    expect(endings, task.history.map((line) => line.text).join('\n')).toBeLessThanOrEqual(account.drives);
  }

  // No remote job is without its task, and none belongs to two.
  const claims = await redis.hgetall(its.claims);
  const attempts = new Map(tasks.map((task) => [task.id as string, task.attempt]));
  for (const job of jobs) {
    if (account.hidden && claims[job.id] === undefined) continue;
    const last = job.correlationId === `${job.taskId}.${attempts.get(job.taskId ?? '')}`;
    if (last || account.drives === 1) expect(claims[job.id]).toBe(job.taskId);
  }

  // Counters are what the grid says, and nothing is left in any list.
  const counted: Record<string, number> = {};
  for (const { phase } of tasks) counted[phase] = (counted[phase] ?? 0) + 1;
  const counts = Object.fromEntries(Object.entries(await readCounts(ledger, id)).filter(([, n]) => n !== 0));
  expect(counts).toEqual(counted);
  const left = [
    its.due,
    its.inflight,
    its.feed,
    ...(await redis.keys(`${its.launching}*`)),
    ...(await redis.keys(`${its.doubt}*`)),
  ];
  for (const key of left) expect(await redis.exists(key), key).toBe(0);
  expect(await redis.smembers(keys.ended)).toEqual([id]);
}
