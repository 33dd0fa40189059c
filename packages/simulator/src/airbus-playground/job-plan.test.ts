import { expect, test } from 'vitest';
import type { Behaviour } from '../kinds.ts';
import { randomFrom } from '../random.ts';
import { airbusPlaygroundBehaviour } from './behaviour.ts';
import { planJob, stateAt } from './job-plan.ts';

const launchedMs = 1000;
function plan(behaviour: Behaviour, seed = 'x') {
  return planJob(airbusPlaygroundBehaviour.parse(behaviour), launchedMs, randomFrom(seed));
}
/** Its words, at times in seconds after the launch. */
function life(behaviour: Behaviour, ...atSeconds: number[]): string[] {
  const planned = plan(behaviour);
  return atSeconds.map((seconds) => stateAt(planned, launchedMs + seconds * 1000)?.word ?? 'gone');
}

test.each<[string, Behaviour, number[], string[]]>([
  [
    'succeeds',
    { queueSeconds: 2, jobSeconds: 8 },
    [0, 1, 3, 9.9, 10],
    ['ACCEPTED', 'ACCEPTED', 'RUNNING', 'RUNNING', 'SUCCEEDED'],
  ],
  ['fails', { jobSeconds: 8, failPercent: 100 }, [4, 8, 99], ['RUNNING', 'FAILED', 'FAILED']],
  [
    'pauses half way',
    { jobSeconds: 8, pausePercent: 100, pauseSeconds: 5 },
    [3, 4, 8, 9.5, 13],
    ['RUNNING', 'PAUSED', 'PAUSED', 'RUNNING', 'SUCCEEDED'],
  ],
  ['pauses for ever', { jobSeconds: 8, pausePercent: 100, pauseSeconds: 'for-ever' }, [3, 1e6], ['RUNNING', 'PAUSED']],
  [
    'is unknown first',
    { jobSeconds: 8, unknownPercent: 100, unknownSeconds: 3 },
    [0, 2, 4, 8],
    ['UNKNOWN', 'UNKNOWN', 'RUNNING', 'SUCCEEDED'],
  ],
  [
    'is unknown for ever',
    { jobSeconds: 8, unknownPercent: 100, unknownSeconds: 'for-ever' },
    [0, 1e6],
    ['UNKNOWN', 'UNKNOWN'],
  ],
  ['vanishes half way', { jobSeconds: 8, vanishPercent: 100 }, [3, 4, 99], ['RUNNING', 'gone', 'gone']],
])('a job that %s', (_what, behaviour, atSeconds, words) => {
  expect(life(behaviour, ...atSeconds)).toEqual(words);
});

test('progress climbs in steps, stands still in a pause, and is whole at success only', () => {
  const planned = plan({ jobSeconds: 8, progressSteps: 4, pausePercent: 100, pauseSeconds: 10 });
  const progress = [0.1, 2.1, 5, 13, 17, 18].map(
    (seconds) => stateAt(planned, launchedMs + seconds * 1000)?.progressPercent,
  );
  expect(progress).toEqual([0, 25, 50, 50, 75, 100]);
});

test('the same seed gives the same fate, and shares come out about as asked', () => {
  const behaviour: Behaviour = { jobSeconds: [1, 9], failPercent: 30 };
  expect(plan(behaviour, 'a')).toEqual(plan(behaviour, 'a'));
  const failed = Array.from({ length: 1000 }, (_, n) => plan(behaviour, `job ${n}`)).filter(
    (each) => each.endWord === 'FAILED',
  );
  expect(failed.length).toBeGreaterThan(250);
  expect(failed.length).toBeLessThan(350);
});

test('a job that has ended is not cancelled afterwards', () => {
  const planned = plan({ jobSeconds: 8 });
  planned.cancelledFromMs = launchedMs + 9000;
  expect(stateAt(planned, launchedMs + 10_000)?.word).toBe('SUCCEEDED');
  planned.cancelledFromMs = launchedMs + 7000;
  expect(stateAt(planned, launchedMs + 10_000)).toMatchObject({ word: 'CANCELLED', endMs: launchedMs + 7000 });
});
