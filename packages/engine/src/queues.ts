import type { Log } from '@nightpass/core';
import { type Phase, type TaskId, type TaskRef, taskIdOf } from '@nightpass/core';
import {
  DelayedError,
  type Job,
  type KeepJobs,
  Queue,
  type RedisOptions,
  UnrecoverableError,
  WaitingError,
  Worker,
} from 'bullmq';
import type { Redis } from 'ioredis';
import { type Keys, launchQueue, trackQueue } from './ledger/keys.ts';
import type { QueueTelemetry } from './queue-telemetry.ts';

/** The one module that speaks BullMQ's control flow. Settings and their reasons: docs/decisions/003-bullmq-settings.md. */

/** Small on purpose: Redis keeps a job compactly only while each of its values is short. Geometry lives in the ledger. */
export interface JobData {
  b: string;
  p: number;
  z: number;
}
export type TaskJob = Job<JobData, unknown, string>;
export type TaskQueue = Queue<JobData, unknown, string>;

/** Two queues a provider, which say on the board what is true of it. */
export interface ProviderQueues {
  /** Waiting: to be launched. */
  launch: TaskQueue;
  /** Delayed: running remotely. Completed or failed: ended. */
  track: TaskQueue;
}

export type Connection = RedisOptions | Redis;

export function createQueues(
  keys: Keys,
  provider: string,
  connection: Connection,
  log: Log,
  telemetry?: QueueTelemetry,
): ProviderQueues {
  const open = (name: string): TaskQueue => {
    const queue: TaskQueue = new Queue(name, { connection, prefix: keys.queuePrefix, telemetry });
    // Without a listener an error event would end the process.
    queue.on('error', (error) => log.debug({ queue: name, error: error.message }, 'queue connection failed'));
    return queue;
  };
  return { launch: open(launchQueue(provider)), track: open(trackQueue(provider)) };
}

export const jobDataOf = (ref: TaskRef): JobData => ({ b: ref.batchId, p: ref.processIndex, z: ref.zoneIndex });

/** Should the sweep's own list lose a running task, its track job wakes up after this long and puts it back. */
export const trackFallbackMs = 30 * 60_000;

/** Makes sure that the board shows the task as tracked. A finished job of an earlier drive stands in its way and is taken off. */
export async function ensureTracked(
  track: TaskQueue,
  ref: TaskRef,
  name: string,
  state: { ended: boolean },
): Promise<void> {
  const jobId = taskIdOf(ref);
  const old = await track.getJob(jobId);
  if (old?.finishedOn !== undefined) await old.remove();
  await track.add(name, jobDataOf(ref), { jobId, ...(state.ended ? {} : { delay: trackFallbackMs }) });
}

/** Wakes the track job of a task that ended. @returns whether the end stands on the board already. */
export async function wakeTracked(track: TaskQueue, id: TaskId, ref: TaskRef, name: string): Promise<boolean> {
  const job = await track.getJob(id);
  if (!job) {
    await track.add(name, jobDataOf(ref), { jobId: id });
    return false;
  }
  const state = await job.getState();
  if (state === 'delayed') {
    // Another sweep may have promoted it between our two calls.
    await job.promote().catch(() => undefined);
    return false;
  }
  return state === 'completed' || state === 'failed';
}

export type Turn =
  /** The job is done; what it returns is shown on the board. */
  | { kind: 'done'; result: { phase: Phase; [fact: string]: unknown } }
  /** Ended badly: shown as failed, with the reason. Never retried by the queue. */
  | { kind: 'failed'; reason: string }
  /** Back to the head of the queue: this worker is stopping. */
  | { kind: 'handBack' }
  /** To be woken up later. */
  | { kind: 'sleep'; forMs: number }
  /** Of no use on the board any more. */
  | { kind: 'remove' };

export interface TaskWorker {
  /** No new jobs; resolves when the jobs at work are done. */
  drain(): Promise<void>;
  /** Drops the connection at once, whatever is at work. */
  abandon(): void;
}

/** Runs `turn` for each job of a queue. */
export function startTaskWorker(options: {
  name: string;
  keys: Keys;
  connection: Connection;
  concurrency: number;
  /** How many finished jobs stay on the board; the failed ones stay for 30 days. */
  keep: KeepJobs;
  log: Log;
  telemetry?: QueueTelemetry | undefined;
  turn(job: TaskJob, token: string): Promise<Turn>;
}): TaskWorker {
  const { log } = options;
  const removable = new Set<string>();
  const worker = new Worker<JobData, unknown, string>(
    options.name,
    async (job, token = '') => {
      const turn = await options.turn(job, token);
      switch (turn.kind) {
        case 'done':
          return turn.result;
        case 'failed':
          throw new UnrecoverableError(turn.reason);
        case 'handBack':
          await job.moveToWait(token);
          throw new WaitingError();
        case 'sleep':
          await job.moveToDelayed(Date.now() + turn.forMs, token);
          throw new DelayedError();
        case 'remove':
          if (job.id) removable.add(job.id);
          return undefined;
        default:
          return turn satisfies never;
      }
    },
    {
      connection: options.connection,
      prefix: options.keys.queuePrefix,
      telemetry: options.telemetry,
      concurrency: options.concurrency,
      lockDuration: 30_000,
      stalledInterval: 15_000,
      // A job that lives for hours outlives many crashes; each would count.
      maxStalledCount: 1_000_000,
      runRetryDelay: 2_000,
      drainDelay: 5,
      removeOnComplete: options.keep,
      removeOnFail: { age: 30 * 86_400 },
      metrics: { maxDataPoints: 1440 },
    },
  );
  worker.on('error', (error) => log.debug({ queue: options.name, error: error.message }, 'queue worker failed'));
  worker.on('completed', (job) => {
    if (!job.id || !removable.delete(job.id)) return;
    job.remove().catch((error: Error) => log.debug({ job: job.id, error: error.message }, 'job not removed'));
  });
  worker.on('failed', (job, error) => {
    if (!(error instanceof UnrecoverableError))
      log.error({ queue: options.name, job: job?.id, err: error }, 'turn threw');
  });
  return {
    drain: () => worker.close(),
    abandon: () => {
      // Closing may hang while Redis is away; nobody waits for it.
      worker.close(true).catch(() => undefined);
    },
  };
}
