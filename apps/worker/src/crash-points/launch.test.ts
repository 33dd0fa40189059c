import { afterAll, beforeAll, expect, test } from 'vitest';
import { feedOnce } from '../../../../packages/engine/src/feeder.ts';
import { takeLaunchJob } from '../../../../packages/engine/src/test-crash.ts';
import {
  type Boundaries,
  type Case,
  casesOf,
  type Finds,
  launchLost,
  listIsStale,
  listLags,
  lostAnswers,
  once,
  openBoundaries,
  type Step,
} from './test-boundaries.ts';

/** A process dies, stands still or is heard twice at any effect of a launch, or of the feed before it. */

let boundaries: Boundaries;
beforeAll(async () => {
  boundaries = await openBoundaries();
});
afterAll(() => boundaries.close());

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

test('a launch, where the platform is searched by elimination', () =>
  boundaries.tryAll(launchOne, {
    ...launchAnswers('elimination'),
    'its answer arrives, but the list lags': { finds: 'elimination', firstSearch: listLags },
    'its answer arrives, but the list is stale': { finds: 'elimination', firstSearch: listIsStale },
  }));

test('a launch, where the platform is searched by key', () => boundaries.tryAll(launchOne, launchAnswers('key')));

test('a launch that is refused, or whose truth is hidden', () =>
  boundaries.tryAll(launchOne, {
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
  }));

const feed: Step = {
  zones: 3,
  prepare: async () => {},
  act: (mine) => feedOnce(mine, 2),
};
test('a feed', () => boundaries.tryAll(feed, { 'of three tasks': { finds: 'elimination' } }));

test('so many boundaries were tried', () => {
  process.stdout.write(`crash points of launches: ${boundaries.tried()}\n`);
  expect(boundaries.tried()).toBeGreaterThan(600);
});
