import { type BatchId, type TaskRef, taskIdOf } from '@nightpass/core';

/** Every key Nightpass has in Redis is named here. BullMQ's own live under `<prefix>:q`. */
export interface Keys {
  prefix: string;
  queuePrefix: string;
  batches: string;
  /** Batches that ended and whose results are still to be written. */
  ended: string;
  taskPrefix: string;
  batch(id: BatchId): string;
  processes(id: BatchId): string;
  zones(id: BatchId): string;
  grid(id: BatchId): string;
  counts(id: BatchId): string;
  cursor(id: BatchId): string;
  /** How many tasks came into which phase, by the minute. */
  timeline(id: BatchId): string;
  /** What its jobs cost, by provider and unit. */
  cost(id: BatchId): string;
  /** When each task last moved, 4 bytes a task. */
  moved(id: BatchId): string;
  /** Ids of actions that take its tasks back by and by. */
  redrives(id: BatchId): string;
  task(ref: TaskRef): string;
  provider(name: string): ProviderKeys;
  /** BullMQ's lock on a launch job: the one internal key of BullMQ that we read, as the fence of the intent. */
  launchLock(provider: string, ref: TaskRef): string;
}

export interface ProviderKeys {
  launchPace: string;
  readPace: string;
  holds: string;
  inflight: string;
  recent: string;
  due: string;
  claims: string;
  durations: string;
  stats: string;
  /** Counters for the metrics, by process. */
  tally: string;
  feed: string;
  troubles: string;
  /** Launches refused in a row. */
  refusals: string;
  /** What the platform's refusals taught us of its pace. */
  learned: string;
  /** Prefix, before a process id: the tasks of that process whose launch is out and unanswered … */
  launching: string;
  /** … and those whose answer was lost. */
  doubt: string;
  /** Prefix, before a likeness: the last task of it that was launched. */
  likeness: string;
  /** Remote jobs that carry a key of ours and are followed by no task: remote id -> task and attempt. */
  orphans: string;
  /** Taken by the worker that looks for them, for a day. */
  orphanTurn: string;
  lease(what: 'sweep' | 'feed'): string;
}

export const launchQueue = (provider: string) => `${provider}.launch`;
export const trackQueue = (provider: string) => `${provider}.track`;

/** @param prefix of every key; tests take a random one. */
export function createKeys(prefix = 'nightpass'): Keys {
  const batch = (id: BatchId) => `${prefix}:batch:${id}`;
  const taskPrefix = `${prefix}:task:`;
  const queuePrefix = `${prefix}:q`;
  return {
    prefix,
    queuePrefix,
    batches: `${prefix}:batches`,
    ended: `${prefix}:ended`,
    taskPrefix,
    batch,
    processes: (id) => `${batch(id)}:processes`,
    zones: (id) => `${batch(id)}:zones`,
    grid: (id) => `${batch(id)}:grid`,
    counts: (id) => `${batch(id)}:counts`,
    cursor: (id) => `${batch(id)}:cursor`,
    timeline: (id) => `${batch(id)}:timeline`,
    cost: (id) => `${batch(id)}:cost`,
    moved: (id) => `${batch(id)}:moved`,
    redrives: (id) => `${batch(id)}:redrives`,
    task: (ref) => taskPrefix + taskIdOf(ref),
    provider(name) {
      const base = `${prefix}:provider:${name}`;
      return {
        launchPace: `${base}:pace:launch`,
        readPace: `${base}:pace:read`,
        holds: `${base}:holds`,
        inflight: `${base}:inflight`,
        recent: `${base}:recent`,
        due: `${base}:due`,
        claims: `${base}:claims`,
        durations: `${base}:durations`,
        stats: `${base}:stats`,
        tally: `${base}:tally`,
        feed: `${base}:feed`,
        troubles: `${base}:troubles`,
        refusals: `${base}:refusals`,
        learned: `${base}:learned`,
        launching: `${base}:launching:`,
        doubt: `${base}:doubt:`,
        likeness: `${base}:likeness:`,
        orphans: `${base}:orphans`,
        orphanTurn: `${base}:orphan-turn`,
        lease: (what) => `${base}:lease:${what}`,
      };
    },
    launchLock: (provider, ref) => `${queuePrefix}:${launchQueue(provider)}:${taskIdOf(ref)}:lock`,
  };
}
