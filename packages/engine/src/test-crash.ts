import { type BatchId, type Provider, parseTaskId, type TaskId } from '@nightpass/core';
import type { Redis } from 'ioredis';
import { feedOnce, feedWhatWasLost } from './feeder.ts';
import { launchTurn } from './launch/launch-turn.ts';
import { readBatch } from './ledger/batches.ts';
import { walkGrid } from './ledger/reading.ts';
import { createBatchCache, type ProviderRun } from './provider-run.ts';
import type { ProviderQueues, TaskJob } from './queues.ts';
import { createSweep } from './sweep/sweep.ts';
import { trackTurn } from './track.ts';

/** Processes that die between two effects, and the restart after them. An effect: a Redis command, a call of BullMQ, a request to the platform. */

export const fates = ['before', 'after', 'resent', 'stalled', 'echoed'] as const;
/**
 * What happens at one effect of a process:
 * - `before`: it dies, and the effect never happens
 * - `after`: the effect happens, and the process dies before it sees the answer
 * - `resent`: the connection breaks after the effect; the client connects again and sends it once more
 * - `stalled`: the process stands still before it, is believed dead, and goes on when its successors are through
 * - `echoed`: both: the effect happens, and is sent once more when the successors are through
 */
export type Fate = (typeof fates)[number];

export class Died extends Error {}

export interface Mortal {
  run: ProviderRun;
  /** The effects it came to, in order. */
  effects: string[];
  /** Whether it has met its fate. */
  met(): boolean;
  /** Resolves when the process dies or stands still. */
  reached: Promise<void>;
  /** Lets a process that stands still go on. */
  goOn(): void;
}

/** Commands that change nothing: there is no effect of theirs to lose, or to have twice. */
const reads = new Set(
  'get getBuffer hget hgetall hmget hexists getrange getrangeBuffer zrange zrevrange zcard scard time pipeline getJob getJobs getJobCounts getState'.split(
    ' ',
  ),
);
const requests = new Set(['launch', 'look', 'findLaunch', 'cancel']);

/** @returns whether this fate is another one than those at its neighbours, and one that can be. */
export function isWorthTrying(effect: string, fate: Fate): boolean {
  // Between the intent and the POST nothing can stop a process that stands still: see the test of that name.
  if (fate === 'stalled') return effect !== 'launch';
  // To die before something is read, or after, is to die after whatever was written last.
  if (fate === 'before' || fate === 'after') return !reads.has(effect);
  return !reads.has(effect) && !requests.has(effect);
}

/** A process that starts: it has read nothing yet. */
export const started = (run: Omit<ProviderRun, 'batches'>): ProviderRun => ({
  ...run,
  batches: createBatchCache(run.ledger),
});

/** A process that shares everything with `run` and meets its fate at its `at`-th effect. */
export function mortal(run: ProviderRun, at: number, fate: Fate): Mortal {
  const effects: string[] = [];
  let dead = false;
  let met = false;
  const reached = signal();
  const gate = signal();

  const effect = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    if (dead) throw new Died(name);
    effects.push(name);
    if (effects.length !== at || !isWorthTrying(name, fate)) return act();
    met = true;
    switch (fate) {
      case 'before':
        dead = true;
        reached.give();
        throw new Died(name);
      case 'after':
        dead = true;
        await act().finally(reached.give);
        throw new Died(name);
      case 'resent':
        await act();
        return act();
      case 'stalled':
        reached.give();
        await gate.given;
        return act();
      case 'echoed':
        await act();
        reached.give();
        await gate.given;
        return act();
      default:
        return fate satisfies never;
    }
  };

  const ledger = { redis: watched(run.ledger.redis, effect), keys: run.ledger.keys };
  const queues: ProviderQueues = {
    launch: watched(run.queues.launch, effect),
    track: watched(run.queues.track, effect),
  };
  const adapter: Provider = watched(run.adapter, effect);
  const mine: ProviderRun = { ...run, ledger, queues, adapter, batches: createBatchCache(ledger) };
  return { run: mine, effects, met: () => met, reached: reached.given, goOn: gate.give };
}

function signal(): { given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

type Effect = <T>(name: string, act: () => Promise<T>) => Promise<T>;

/** Each method of `target` that answers later is an effect; so are those of a job that a queue answers with. */
function watched<T extends object>(target: T, effect: Effect): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || typeof key === 'symbol') return value;
      if (key === 'pipeline' || key === 'multi') {
        return () => watchedPipeline(key, (target as unknown as Redis)[key](), effect);
      }
      return (...args: unknown[]) =>
        effect(key, async () => {
          const answer: unknown = await value.apply(target, args);
          return key === 'getJob' && typeof answer === 'object' && answer !== null ? watched(answer, effect) : answer;
        });
    },
  });
}

function watchedPipeline(name: string, pipeline: ReturnType<Redis['pipeline']>, effect: Effect): unknown {
  const proxy: unknown = new Proxy(pipeline, {
    get(_, key) {
      const value: unknown = Reflect.get(pipeline, key);
      if (typeof value !== 'function') return value;
      if (key === 'exec') return () => effect(name, () => pipeline.exec());
      return (...args: unknown[]) => {
        value.apply(pipeline, args);
        return proxy;
      };
    },
  });
  return proxy;
}

export const neverStopping = () => ({ stop: new AbortController().signal, giveUp: new AbortController().signal });

/** Takes the lock on the task's launch job as BullMQ does, and runs the job's turn. */
export async function takeLaunchJob(run: ProviderRun, id: TaskId, token: string, by: ProviderRun = run): Promise<void> {
  const ref = parseTaskId(id);
  if (!ref) throw new Error(`${id} is no task id`);
  await run.ledger.redis.set(run.ledger.keys.launchLock(run.name, ref), token);
  const turn = await launchTurn(by, ref, token, neverStopping());
  if (turn.kind === 'sleep' || turn.kind === 'handBack') return;
  await run.ledger.redis.del(run.ledger.keys.launchLock(run.name, ref));
  await (await run.queues.launch.getJob(id))?.remove();
}

/** A sweep, and the searches that it began. */
export async function sweepThrough(run: ProviderRun): Promise<void> {
  const sweep = createSweep(run);
  await sweep.once(neverStopping().stop);
  await sweep.over();
}

const mostRounds = 25;

/**
 * A process that starts after the crash, and works until the batch has ended and the board shows it. Time is helped
 * along: whatever is due some time is due at once, and locks of the dead have run out.
 */
export async function carryOn(
  run: ProviderRun,
  id: BatchId,
  first: 'launches' | 'looks',
  board: 'whole' | 'torn' = 'whole',
): Promise<void> {
  const { queues } = run;
  for (let round = 0; round < mostRounds; round++) {
    if (round > 0 || first === 'launches') {
      for (const job of await queues.launch.getJobs(['waiting', 'delayed'])) {
        await takeLaunchJob(run, job.id as TaskId, `successor-${round}`);
      }
      if (board === 'whole') await expectOnBoard(run, id);
    }
    await makeAllDue(run);
    await sweepThrough(run);
    for (const job of (await queues.track.getJobs(['waiting'])) as TaskJob[]) {
      const turn = await trackTurn(run, job);
      if (turn.kind === 'sleep') continue;
      await job.remove();
    }
    while ((await feedOnce(run, 100)) > 0);
    await feedWhatWasLost(run);
    if (await isOver(run, id)) return;
  }
  throw new Error(`not over after ${mostRounds} rounds`);
}

/** Helps time along: what is due some time is due now. */
export async function makeAllDue({ ledger, name }: ProviderRun): Promise<void> {
  const { due } = ledger.keys.provider(name);
  const waiting = await ledger.redis.zrange(due, '0', '-1');
  if (waiting.length > 0) await ledger.redis.zadd(due, ...waiting.flatMap((task) => ['0', task]));
}

/** The fallback of track jobs: those of tasks that ended behind their back find it out by themselves. */
export async function halfAnHourLater({ queues }: ProviderRun): Promise<void> {
  for (const job of await queues.track.getJobs(['delayed'])) await job.promote();
}

async function isOver({ ledger, queues, name }: ProviderRun, id: BatchId): Promise<boolean> {
  const its = ledger.keys.provider(name);
  if (!(await ledger.redis.hexists(ledger.keys.batch(id), 'endedAt'))) return false;
  if ((await ledger.redis.zcard(its.due)) + (await ledger.redis.zcard(its.feed)) > 0) return false;
  const jobs = await Promise.all(
    [queues.launch, queues.track].map((queue) => queue.getJobCounts('waiting', 'delayed')),
  );
  return jobs.every((counts) => counts.waiting === 0 && counts.delayed === 0);
}

/** A task that may run remotely and has no launch job any more has a track job: else the board would not know of it. */
async function expectOnBoard(run: ProviderRun, id: BatchId): Promise<void> {
  const batch = await readBatch(run.ledger, id);
  if (!batch) throw new Error(`no batch ${id}`);
  const open = (phase: string) => phase === 'launching' || phase === 'unconfirmed' || phase === 'running';
  for await (const task of walkGrid(run.ledger, batch, open)) {
    const jobs = await Promise.all([run.queues.launch.getJob(task.id), run.queues.track.getJob(task.id)]);
    if (!jobs.some(Boolean)) throw new Error(`task ${task.id} is ${task.phase}, and in no queue`);
  }
}
