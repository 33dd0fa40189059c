import type { BatchContent, BatchId, Phase, Provider, TaskId } from '@nightpass/core';
import { silentLog } from '@nightpass/core';
import { type TaskPlace, writeIntent } from '@nightpass/engine';
import type { FaultRule } from '@nightpass/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
// The steps of the loops are nobody's business outside the engine, but for this.
import { feedOnce } from '../../../packages/engine/src/feeder.ts';
import type { ProviderRun } from '../../../packages/engine/src/provider-run.ts';
import type { TaskJob } from '../../../packages/engine/src/queues.ts';
import { cancelBatch, redriveBatch } from '../../../packages/engine/src/test-act.ts';
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
} from '../../../packages/engine/src/test-crash.ts';
import { trackTurn } from '../../../packages/engine/src/track.ts';
import { type Behaviour, expectAccounted, openStage, type Stage, tasksOf } from './test-platform.ts';

/**
 * Each step of the engine is run until it meets its fate at its first effect, then at its second, and so on to its last;
 * a new process carries on; then the account must be exact. No time is waited for, nothing is left to chance.
 */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Finds = 'key' | 'elimination';

/** What the platform does while the step runs, and while the account is made up. */
interface Case {
  finds: Finds;
  faults?: FaultRule[];
  behaviour?: Behaviour;
  /** Until the first search for a lost launch has ended, lists are as here. */
  firstSearch?: Behaviour;
  also?: Phase[];
}

interface Night {
  id: BatchId;
  run: ProviderRun;
  /** The adapter of the process that meets its fate. */
  dying: Provider;
  task(zone: number): TaskId;
}

interface Step {
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

/** What becomes of a job where nobody says otherwise. */
function succeed(id: string): void {
  const job = stage.platform.jobs().find((it) => it.id === id);
  if (job && ['ACCEPTED', 'RUNNING'].includes(job.status)) stage.platform.setJobStatus(id, 'SUCCEEDED');
}

/** The real adapter; lists show the whole truth from the second search on, and jobs end as they are looked at. */
function adaptersFor({ finds, firstSearch }: Case, endsJobs: () => boolean): Pick<Night, 'dying'> & { its: Provider } {
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
      if (endsJobs()) succeed(job.id);
      return inner.look(job, call);
    },
  });
  return { dying: adapter(stage.adapter(finds, 'mortal')), its: adapter(stage.adapter(finds, 'successors')) };
}

async function nightOf(step: Step, { finds, behaviour, firstSearch }: Case, endsJobs: () => boolean): Promise<Night> {
  const id = await stage.openNight({ ...behaviour }, step.zones, step.content);
  const { ledger, queues, provider, limits } = stage;
  const { dying, its } = adaptersFor({ finds, ...(firstSearch && { firstSearch }) }, endsJobs);
  const run = started({ name: provider, ledger, queues, limits, adapter: its, log: silentLog, random: () => 0.5 });
  const night: Night = { id, run, dying, task: (zone) => `${id}-0-${zone}` as TaskId };
  await step.prepare(night);
  return night;
}

const tried: Record<string, number> = {};

/** Runs the step in a process that meets its fate at its `at`-th effect, lets others carry on, and makes up the account. */
async function tryOne(step: Step, given: Case, at: number, fate: Fate): Promise<Mortal> {
  let isOver = false;
  const night = await nightOf(step, given, () => isOver);
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

async function tryAll(name: string, step: Step, cases: Record<string, Case>): Promise<void> {
  for (const [caseName, given] of Object.entries(cases)) {
    const attempt = (at: number, fate: Fate) =>
      tryOne(step, given, at, fate).catch((error: unknown) => {
        const where = `${name}, ${caseName} (found by ${given.finds}), ${fate} effect ${at}`;
        throw new Error(`${where}: ${error}`, { cause: error });
      });
    const { effects } = await attempt(Number.POSITIVE_INFINITY, 'before');
    for (const fate of fates) {
      for (const [index, effect] of effects.entries()) {
        if (!isWorthTrying(effect, fate)) continue;
        const process = await attempt(index + 1, fate);
        if (process.met()) tried[name] = (tried[name] ?? 0) + 1;
      }
    }
  }
}

const once = { times: 1 };
/** What may go wrong with an answer to a request that took effect. */
const lostAnswers = (on: 'launch' | 'look' | 'list' | 'delete'): Record<string, FaultRule[]> => ({
  'its answer is lost': [{ on, do: 'drop-after-accept', when: once }],
  'it is answered by a 502': [{ on, do: 'reply-after-accept', status: 502, when: once }],
  'its answer is cut in half': [{ on, do: 'truncate', when: once }],
});
const casesOf = (finds: Finds, faults: Record<string, FaultRule[]>): Record<string, Case> =>
  Object.fromEntries(Object.entries(faults).map(([name, rules]) => [name, { finds, faults: rules }]));

const launchLost: FaultRule = { on: 'launch', do: 'drop-after-accept', when: once };
const listLags = { listLagSeconds: 1e6 };
const listIsStale = { staleList: { percent: 100, seconds: 1e6 } };

const launchAnswers = (finds: Finds): Record<string, Case> => ({
  'its answer arrives': { finds },
  ...casesOf(finds, lostAnswers('launch')),
  'it never arrives': { finds, faults: [{ on: 'launch', do: 'drop', when: once }] },
  'its answer is lost, and the list lags': { finds, faults: [launchLost], firstSearch: listLags },
  'its answer is lost, and the list is stale': { finds, faults: [launchLost], firstSearch: listIsStale },
});

const launchOne: Step = {
  zones: 2,
  prepare: async ({ run }) => void (await feedOnce(run, 100)),
  act: (mine, { run, task }) => takeLaunchJob(run, task(0), 'first', mine),
};

test(
  'a launch, where the platform is searched by elimination',
  () =>
    tryAll('launch', launchOne, {
      ...launchAnswers('elimination'),
      'its answer arrives, but the list lags': { finds: 'elimination', firstSearch: listLags },
      'its answer arrives, but the list is stale': { finds: 'elimination', firstSearch: listIsStale },
    }),
  120_000,
);

test(
  'a launch, where the platform is searched by key',
  () => tryAll('launch', launchOne, launchAnswers('key')),
  120_000,
);

test(
  'a launch that is refused, or whose truth is hidden',
  () =>
    tryAll('launch', launchOne, {
      'refused for now': {
        finds: 'elimination',
        faults: [{ on: 'launch', do: 'reply', status: 429, retryAfterSeconds: 0, when: once }],
      },
      'refused for good': {
        finds: 'elimination',
        faults: [{ on: 'launch', do: 'reply', status: 422, body: { message: 'no' }, when: once }],
        also: ['failed'],
      },
      'its answer is lost, and the platform cannot tell': {
        finds: 'elimination',
        faults: [launchLost],
        behaviour: { echoInput: false },
        also: ['parked'],
      },
    }),
  120_000,
);

const feed: Step = {
  zones: 3,
  prepare: async () => {},
  act: (mine) => feedOnce(mine, 2),
};
test('a feed', () => tryAll('feed', feed, { 'of three tasks': { finds: 'elimination' } }), 60_000);

async function launchAll({ run, task }: Night, zones: number): Promise<void> {
  await feedOnce(run, 100);
  for (let zone = 0; zone < zones; zone++) await takeLaunchJob(run, task(zone), 'first');
}

function jobOf(task: TaskId): string {
  const job = stage.platform.jobs().find((it) => it.taskId === task);
  if (!job) throw new Error(`no job of ${task}`);
  return job.id;
}

/** Sweeps that find everything due. */
const sweeps =
  (times: number): Step['act'] =>
  async (mine, { run }) => {
    for (let n = 0; n < times; n++) {
      await makeAllDue(run);
      await sweepThrough(mine);
    }
  };

const settleTwo: Step = {
  zones: 2,
  async prepare(night) {
    await launchAll(night, 2);
    stage.platform.setJobStatus(jobOf(night.task(0)), 'FAILED');
  },
  act: sweeps(1),
};
test(
  'a sweep that looks and settles',
  () =>
    tryAll('settle', settleTwo, {
      'all looks are answered': { finds: 'elimination' },
      ...casesOf('elimination', lostAnswers('look')),
      'the platform has no such job, once': {
        finds: 'elimination',
        faults: [{ on: 'look', do: 'reply', status: 404, when: once }],
      },
    }),
  120_000,
);

/** A launch that was lost on its way there, or on its way back. */
const search = (lost: 'drop' | 'drop-after-accept'): Step => ({
  zones: 1,
  async prepare(night) {
    stage.platform.setFaults([{ on: 'launch', do: lost, when: once }]);
    await launchAll(night, 1);
  },
  act: sweeps(2),
});
const searchAnswers = (finds: Finds): Record<string, Case> => ({
  'the list is answered': { finds },
  'the list lags': { finds, firstSearch: listLags },
  'the list is stale': { finds, firstSearch: listIsStale },
  ...casesOf(finds, lostAnswers('list')),
});
test(
  'a search that finds the lost launch',
  () =>
    tryAll('search', search('drop-after-accept'), {
      ...searchAnswers('elimination'),
      'a job on the list is not answered for': {
        finds: 'elimination',
        faults: lostAnswers('look')['it is answered by a 502'] ?? [],
      },
      'the platform cannot tell': { finds: 'elimination', behaviour: { echoInput: false }, also: ['parked'] },
    }),
  120_000,
);
test(
  'a search that finds nothing',
  () =>
    tryAll('search', search('drop'), {
      'the list is answered': { finds: 'key' },
      'the list is stale': { finds: 'elimination', firstSearch: listIsStale },
      'the list is answered by a 502': {
        finds: 'elimination',
        faults: lostAnswers('list')['it is answered by a 502'] ?? [],
      },
    }),
  120_000,
);

const placeOf = (night: Night, zone: number): TaskPlace => ({
  ref: { batchId: night.id, processIndex: 0, zoneIndex: zone },
  index: zone,
  provider: night.run.name,
  processId: '00000000-0000-4000-8000-000000000000',
});

/** One runs, one is unconfirmed, one has a launcher that died, one is queued. */
async function oneOfEach(night: Night): Promise<void> {
  const { run, task } = night;
  await feedOnce(run, 100);
  await takeLaunchJob(run, task(0), 'first');
  stage.platform.setFaults([launchLost]);
  await takeLaunchJob(run, task(1), 'first');
  const { redis, keys } = run.ledger;
  await redis.set(keys.launchLock(run.name, placeOf(night, 2).ref), 'dead');
  const intent = { maxInFlight: 9, launchesPerSecond: 1000, orphanMs: 60_000, probe: undefined, alone: false };
  expect(await writeIntent(run.ledger, placeOf(night, 2), { ...intent, token: 'dead' })).toMatchObject({ kind: 'go' });
}

/** Its launcher died with the intent on record, and somebody took its job off the board. */
const orphan: Step = {
  zones: 4,
  async prepare(night) {
    await oneOfEach(night);
    const { redis, keys } = night.run.ledger;
    await redis.del(keys.launchLock(night.run.name, placeOf(night, 2).ref));
    await (await night.run.queues.launch.getJob(night.task(2)))?.remove();
  },
  act: sweeps(1),
  board: 'torn',
};
test(
  'a sweep that finds a launcher dead',
  () => tryAll('settle', orphan, { 'the platform answers': { finds: 'key' } }),
  120_000,
);

const cancelAll = (ledger: ProviderRun['ledger'], { id }: Night) => cancelBatch(ledger, id, { reason: 'enough' });

const cancelCommand: Step = {
  zones: 4,
  prepare: oneOfEach,
  act: (mine, night) => cancelAll(mine.ledger, night),
  isCommand: true,
  also: ['cancelled'],
  allEnd: 'cancelled',
};
test(
  'the cancelling of a batch',
  () =>
    tryAll('cancel', cancelCommand, {
      'the platform answers': { finds: 'elimination' },
      'the list lags': { finds: 'elimination', firstSearch: listLags },
      ...casesOf('key', lostAnswers('delete')),
    }),
  120_000,
);

const cancelOnPlatform: Step = {
  zones: 2,
  async prepare(night) {
    await launchAll(night, 2);
    await cancelAll(night.run.ledger, night);
  },
  act: sweeps(1),
  also: ['cancelled'],
  allEnd: 'cancelled',
};
test(
  'a sweep that cancels',
  () =>
    tryAll('cancel', cancelOnPlatform, {
      'the platform answers': { finds: 'elimination' },
      ...casesOf('key', lostAnswers('delete')),
      'the cancel never arrives': {
        finds: 'key',
        faults: [{ on: 'delete', do: 'drop', when: once }],
        also: ['succeeded'],
      },
    }),
  120_000,
);

/** Two of three have failed, and the account of the first drive is made up. */
async function endWithFailures(night: Night): Promise<void> {
  await launchAll(night, 3);
  for (const zone of [0, 1, 2])
    stage.platform.setJobStatus(jobOf(night.task(zone)), zone === 1 ? 'SUCCEEDED' : 'FAILED');
  await carryOn(night.run, night.id, 'looks');
}

const redriveCommand: Step = {
  zones: 3,
  prepare: endWithFailures,
  act: (mine, { id }) => redriveBatch(mine.ledger, id, { phases: ['failed'], who: 'a person' }),
  isCommand: true,
  drives: 2,
};
const relaunches: Record<string, Case> = {
  'the platform answers': { finds: 'elimination' },
  ...casesOf('elimination', lostAnswers('launch')),
};
test('the redriving of a batch', () => tryAll('redrive', redriveCommand, relaunches), 120_000);

const retryOnBoard: Step = {
  ...redriveCommand,
  act: (mine, { task }) => trackTurn(mine, { id: task(0), attemptsMade: 1 } as unknown as TaskJob),
  // The other stays as it is.
  also: ['failed'],
};
test('a retry on the board', () => tryAll('redrive', retryOnBoard, relaunches), 120_000);

test('so many boundaries were tried', () => {
  const total = Object.values(tried).reduce((sum, n) => sum + n, 0);
  process.stdout.write(`crash points: ${total} ${JSON.stringify(tried)}\n`);
  expect(total).toBeGreaterThan(800);
});
