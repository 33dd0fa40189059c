import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Boundaries,
  type Case,
  casesOf,
  type Finds,
  jobOf,
  launchAll,
  listIsStale,
  listLags,
  lostAnswers,
  once,
  openBoundaries,
  type Step,
  sweeps,
} from './test-boundaries.ts';
import { oneOfEach, orphaned, placeOf } from './test-one-of-each.ts';

/** A process dies, stands still or is heard twice at any effect of a sweep: looks, searches, launchers found dead. */

let boundaries: Boundaries;
beforeAll(async () => {
  boundaries = await openBoundaries();
});
afterAll(() => boundaries.close());

const settleTwo: Step = {
  zones: 2,
  async prepare(night) {
    await launchAll(night, 2);
    night.platform.setJobStatus(jobOf(night, 0), 'FAILED');
  },
  act: sweeps(1),
};
test('a sweep that looks and settles', () =>
  boundaries.tryAll(settleTwo, {
    'all looks are answered': { finds: 'elimination' },
    ...casesOf('elimination', lostAnswers('look')),
    'the platform has no such job, once': {
      finds: 'elimination',
      faults: [{ on: 'look', do: 'reply', status: 404, when: once }],
    },
  }));

/** A launch that was lost on its way there, or on its way back. */
const search = (lost: 'drop' | 'drop-after-accept'): Step => ({
  zones: 1,
  async prepare(night) {
    night.platform.setFaults([{ on: 'launch', do: lost, when: once }]);
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
test('a search that finds the lost launch', () =>
  boundaries.tryAll(search('drop-after-accept'), {
    ...searchAnswers('elimination'),
    'a job on the list is not answered for': {
      finds: 'elimination',
      faults: lostAnswers('look')['it is answered by a 502'] ?? [],
    },
    'the platform cannot tell': { finds: 'elimination', behaviour: { echoInput: false }, also: ['parked'] },
  }));
test('a search that finds nothing', () =>
  boundaries.tryAll(search('drop'), {
    'the list is answered': { finds: 'key' },
    'the list is stale': { finds: 'elimination', firstSearch: listIsStale },
    'the list is answered by a 502': {
      finds: 'elimination',
      faults: lostAnswers('list')['it is answered by a 502'] ?? [],
    },
  }));

/** Its launcher died with the intent on record, and somebody took its job off the board. */
const orphan: Step = {
  zones: 4,
  async prepare(night) {
    await oneOfEach(night);
    const { redis, keys } = night.run.ledger;
    await redis.del(keys.launchLock(night.run.name, placeOf(night, orphaned).ref));
    await (await night.run.queues.launch.getJob(night.task(orphaned)))?.remove();
  },
  act: sweeps(1),
  board: 'torn',
};
test('a sweep that finds a launcher dead', () =>
  boundaries.tryAll(orphan, { 'the platform answers': { finds: 'key' } }));

test('so many boundaries were tried', () => {
  process.stdout.write(`crash points of sweeps: ${boundaries.tried()}\n`);
  expect(boundaries.tried()).toBeGreaterThan(1_000);
});
