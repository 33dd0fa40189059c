import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderRun } from '../../../../packages/engine/src/provider-run.ts';
import type { TaskJob } from '../../../../packages/engine/src/queues.ts';
import { cancelBatch, redriveBatch } from '../../../../packages/engine/src/test-act.ts';
import { carryOn } from '../../../../packages/engine/src/test-crash.ts';
import { trackTurn } from '../../../../packages/engine/src/track.ts';
import {
  type Boundaries,
  type Case,
  casesOf,
  jobOf,
  launchAll,
  listLags,
  lostAnswers,
  type Night,
  once,
  openBoundaries,
  type Step,
  sweeps,
} from './test-boundaries.ts';
import { oneOfEach } from './test-one-of-each.ts';

/** A process dies, stands still or is heard twice at any effect of what a person asks for: a cancel, a redrive. */

let boundaries: Boundaries;
beforeAll(async () => {
  boundaries = await openBoundaries();
});
afterAll(() => boundaries.close());

const cancelAll = (ledger: ProviderRun['ledger'], { id }: Night) => cancelBatch(ledger, id, { reason: 'enough' });

const cancelCommand: Step = {
  zones: 4,
  prepare: oneOfEach,
  act: (mine, night) => cancelAll(mine.ledger, night),
  isCommand: true,
  also: ['cancelled'],
  allEnd: 'cancelled',
};
test('the cancelling of a batch', () =>
  boundaries.tryAll(cancelCommand, {
    'the platform answers': { finds: 'elimination' },
    'the list lags': { finds: 'elimination', firstSearch: listLags },
    ...casesOf('key', lostAnswers('delete')),
  }));

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
test('a sweep that cancels', () =>
  boundaries.tryAll(cancelOnPlatform, {
    'the platform answers': { finds: 'elimination' },
    ...casesOf('key', lostAnswers('delete')),
    'the cancel never arrives': {
      finds: 'key',
      faults: [{ on: 'delete', do: 'drop', when: once }],
      also: ['succeeded'],
    },
  }));

/** Two of three have failed, and the account of the first drive is made up. */
async function endWithFailures(night: Night): Promise<void> {
  await launchAll(night, 3);
  for (const zone of [0, 1, 2]) night.platform.setJobStatus(jobOf(night, zone), zone === 1 ? 'SUCCEEDED' : 'FAILED');
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
test('the redriving of a batch', () => boundaries.tryAll(redriveCommand, relaunches));

const retryOnBoard: Step = {
  ...redriveCommand,
  act: (mine, { task }) => trackTurn(mine, { id: task(0), attemptsMade: 1 } as unknown as TaskJob),
  // The other stays as it is.
  also: ['failed'],
};
test('a retry on the board', () => boundaries.tryAll(retryOnBoard, relaunches));

test('so many boundaries were tried', () => {
  process.stdout.write(`crash points of commands: ${boundaries.tried()}\n`);
  expect(boundaries.tried()).toBeGreaterThan(500);
});
