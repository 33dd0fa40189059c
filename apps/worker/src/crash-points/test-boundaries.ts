import type { BatchContent, BatchId, Phase, Provider, TaskId } from '@nightpass/core';
import { silentLog } from '@nightpass/core';
import type { FaultRule, Simulator } from '@nightpass/simulator';
import { expect } from 'vitest';
// The steps of the loops are nobody's business outside the engine, but for this.
import { feedOnce } from '../../../../packages/engine/src/feeder.ts';
import type { ProviderRun } from '../../../../packages/engine/src/provider-run.ts';
import {
  carryOn,
  Died,
  type Fate,
  fates,
  halfAnHourLater,
  isWorthTrying,
  type Mortal,
  makeAllDue,
  mortal,
  started,
  sweepThrough,
  takeLaunchJob,
} from '../../../../packages/engine/src/test-crash.ts';
import { type Behaviour, expectAccounted, openStage, type Stage, tasksOf } from '../test-platform.ts';

/**
 * Each step of the engine is run until it meets its fate at its first effect, then at its second, and so on to its last;
 * a new process carries on; then the account must be exact. No time is waited for, nothing is left to chance.
 */
export interface Boundaries {
  /** Tries every fate at every effect of the step, in every case. */
  tryAll(step: Step, cases: Record<string, Case>): Promise<void>;
  /** How many fates have been met so far. */
  tried(): number;
  close(): Promise<void>;
}

export type Finds = 'key' | 'elimination';

/** What the platform does while the step runs, and while the account is made up. */
export interface Case {
  finds: Finds;
  faults?: FaultRule[];
  behaviour?: Behaviour;
  /** Until the first search for a lost launch has ended, lists are as here. */
  firstSearch?: Behaviour;
  also?: Phase[];
}

export interface Night {
  id: BatchId;
  run: ProviderRun;
  platform: Simulator;
  /** The adapter of the process that meets its fate. */
  dying: Provider;
  task(zone: number): TaskId;
}

export interface Step {
  zones: number;
  content?: Partial<BatchContent>;
  prepare(night: Night): Promise<void>;
  /** What the process does that meets its fate; `night.run` is whole. */
  act(mine: ProviderRun, night: Night): Promise<unknown>;
  /** A command is given again by whoever saw it fail. */
  isCommand?: boolean;
  drives?: number;
  /** Somebody took jobs off the board: it is whole again when the batch has ended. */
  board?: 'torn';
  /** How every task ends. */
  allEnd?: Phase;
  also?: Phase[];
}

export async function openBoundaries(): Promise<Boundaries> {
  const stage = await openStage();
  let tried = 0;
  return {
    async tryAll(step, cases) {
      for (const [name, given] of Object.entries(cases)) {
        const attempt = (at: number, fate: Fate) =>
          tryOne(stage, step, given, at, fate).catch((error: unknown) => {
            const where = `${name} (found by ${given.finds}), ${fate} effect ${at}`;
            throw new Error(`${where}: ${error}`, { cause: error });
          });
        const { effects } = await attempt(Number.POSITIVE_INFINITY, 'before');
        for (const fate of fates) {
          for (const [index, effect] of effects.entries()) {
            if (!isWorthTrying(effect, fate)) continue;
            if ((await attempt(index + 1, fate)).met()) tried += 1;
          }
        }
      }
    },
    tried: () => tried,
    close: () => stage.close(),
  };
}

/** Runs the step in a process that meets its fate at its `at`-th effect, lets others carry on, and makes up the account. */
async function tryOne(stage: Stage, step: Step, given: Case, at: number, fate: Fate): Promise<Mortal> {
  let isOver = false;
  const night = await nightOf(stage, step, given, () => isOver);
  stage.platform.setBehaviour({ ...given.firstSearch });
  stage.platform.setFaults(given.faults ?? []);
  const process = mortal({ ...night.run, adapter: night.dying }, at, fate);
  const acting = step.act(process.run, night).then(
    () => 'done' as const,
    (error: unknown) => {
      if (error instanceof Died) return 'died' as const;
      throw error;
    },
  );
  const standsStill = fate === 'stalled' || fate === 'echoed';
  await (standsStill ? Promise.race([process.reached, acting]) : acting);

  isOver = true;
  const successor = started(night.run);
  if (step.isCommand && fate !== 'resent') await step.act(successor, night);
  await carryOn(successor, night.id, fate === 'after' ? 'looks' : 'launches', step.board);
  if (standsStill) {
    process.goOn();
    await acting;
    // It may have put the task on the board as running when it had ended.
    await halfAnHourLater(night.run);
    await carryOn(started(night.run), night.id, 'launches');
  }
  const also = [...(step.also ?? []), ...(given.also ?? [])];
  const hidden = given.behaviour?.echoInput === false;
  await expectAccounted(stage, night.id, { also, hidden, drives: step.drives ?? 1 });
  if (step.allEnd && !given.also) {
    expect(new Set((await tasksOf(stage.ledger, night.id)).map(({ phase }) => phase))).toEqual(new Set([step.allEnd]));
  }
  return process;
}

async function nightOf(
  stage: Stage,
  step: Step,
  { finds, behaviour, firstSearch }: Case,
  endsJobs: () => boolean,
): Promise<Night> {
  const id = await stage.openNight({ ...behaviour }, step.zones, step.content);
  const { ledger, queues, provider, limits, platform } = stage;
  const { dying, its } = adaptersFor(stage, { finds, ...(firstSearch && { firstSearch }) }, endsJobs);
  const run = started({ name: provider, ledger, queues, limits, adapter: its, log: silentLog, random: () => 0.5 });
  const night: Night = { id, run, platform, dying, task: (zone) => `${id}-0-${zone}` as TaskId };
  await step.prepare(night);
  return night;
}

/** The real adapter; lists show the whole truth from the second search on, and jobs end as they are looked at. */
function adaptersFor(
  stage: Stage,
  { finds, firstSearch }: Case,
  endsJobs: () => boolean,
): Pick<Night, 'dying'> & { its: Provider } {
  let searches = 0;
  const adapter = (inner: Provider): Provider => ({
    ...inner,
    async findLaunch(request, call) {
      try {
        return await inner.findLaunch(request, call);
      } finally {
        searches += 1;
        if (searches === 1 && firstSearch)
          stage.platform.setBehaviour({ listLagSeconds: 0, staleList: { percent: 0 } });
      }
    },
    look(job, call) {
      if (endsJobs()) succeed(stage.platform, job.id);
      return inner.look(job, call);
    },
  });
  return { dying: adapter(stage.adapter(finds, 'mortal')), its: adapter(stage.adapter(finds, 'successors')) };
}

/** What becomes of a job where nobody says otherwise. */
function succeed(platform: Simulator, id: string): void {
  const job = platform.jobs().find((it) => it.id === id);
  if (job && ['ACCEPTED', 'RUNNING'].includes(job.status)) platform.setJobStatus(id, 'SUCCEEDED');
}

export const once = { times: 1 };
export const launchLost: FaultRule = { on: 'launch', do: 'drop-after-accept', when: once };
export const listLags = { listLagSeconds: 1e6 };
export const listIsStale = { staleList: { percent: 100, seconds: 1e6 } };

/** What may go wrong with an answer to a request that took effect. */
export const lostAnswers = (on: 'launch' | 'look' | 'list' | 'delete'): Record<string, FaultRule[]> => ({
  'its answer is lost': [{ on, do: 'drop-after-accept', when: once }],
  'it is answered by a 502': [{ on, do: 'reply-after-accept', status: 502, when: once }],
  'its answer is cut in half': [{ on, do: 'truncate', when: once }],
});
export const casesOf = (finds: Finds, faults: Record<string, FaultRule[]>): Record<string, Case> =>
  Object.fromEntries(Object.entries(faults).map(([name, rules]) => [name, { finds, faults: rules }]));

export async function launchAll({ run, task }: Night, zones: number): Promise<void> {
  await feedOnce(run, 100);
  for (let zone = 0; zone < zones; zone++) await takeLaunchJob(run, task(zone), 'first');
}

export function jobOf({ platform, task }: Night, zone: number): string {
  const job = platform.jobs().find((it) => it.taskId === task(zone));
  if (!job) throw new Error(`no job of ${task(zone)}`);
  return job.id;
}

/** Sweeps that find everything due. */
export const sweeps =
  (times: number): Step['act'] =>
  async (mine, { run }) => {
    for (let n = 0; n < times; n++) {
      await makeAllDue(run);
      await sweepThrough(mine);
    }
  };
