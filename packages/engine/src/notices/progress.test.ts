import { expect, test } from 'vitest';
import { type Marks, type ProgressFacts, type ProviderFacts, progressIsReal } from './progress.ts';

const minute = 60_000;
const idle: ProviderFacts = {
  launches: 10,
  ended: 5,
  looks: undefined,
  inFlight: 0,
  maxInFlight: 100,
  due: 0,
  behindMs: 0,
  launchesHeld: false,
  looksHeld: false,
  launchesPerSecond: 1,
  maxLookMs: 300_000,
};
const running = { ...idle, inFlight: 5, due: 5 };

/** A ping a minute for an hour; `facts` says what is seen at each. @returns the minute from which on none is sent. */
function stopsAt(facts: (minutes: number) => Partial<ProviderFacts>, waiting = true): number | undefined {
  let marks: Marks = new Map();
  for (let n = 0; n <= 60; n++) {
    const seen: ProgressFacts = {
      atMs: n * minute,
      providers: new Map([['p', { ...idle, ...facts(n) }]]),
      waiting: waiting ? [{ batch: 'b', providers: ['p'], unconfirmed: 0 }] : [],
    };
    const progress = progressIsReal(marks, seen);
    if (!progress.real) return n;
    marks = progress.marks;
  }
  return undefined;
}

test.each<[string, (minutes: number) => Partial<ProviderFacts>, boolean]>([
  ['nothing to do', () => ({}), false],
  ['launches go on', (n) => ({ launches: n }), true],
  ['launches go on, one in four minutes', (n) => ({ launches: Math.floor(n / 4) }), true],
  [
    'a slow pace leaves half an hour between two',
    (n) => ({ launches: Math.floor(n / 30), launchesPerSecond: 1 / 1800 }),
    true,
  ],
  ['held for a known reason', () => ({ launchesHeld: true, looksHeld: true }), true],
  ['all places in flight taken, looks in time', () => ({ ...running, inFlight: 100 }), true],
  ['all launched, looks in time', () => running, false],
  ['looks are counted and move', (n) => ({ ...running, looks: n }), false],
  ['looks late, but tasks end', (n) => ({ ...running, behindMs: 10 * minute, ended: n }), false],
  ['looks held', () => ({ ...running, behindMs: 10 * minute, looksHeld: true }), false],
])('there is progress where: %s', (_, facts, waiting) => {
  expect(stopsAt(facts, waiting)).toBeUndefined();
});

test.each<[string, (minutes: number) => Partial<ProviderFacts>, boolean, number]>([
  ['work waits and nothing is launched', () => ({}), true, 6],
  ['launches stop after twenty minutes', (n) => ({ launches: Math.min(n, 20) }), true, 26],
  ['launches stop after a hold is lifted', (n) => ({ launchesHeld: n <= 20 }), true, 26],
  ['looks are overdue', () => ({ ...running, behindMs: 2 * minute }), false, 6],
  ['launches go on, but looks are overdue', (n) => ({ ...running, launches: n, behindMs: 2 * minute }), true, 6],
  ['tasks run, and no look at them is planned', () => ({ ...running, due: 0 }), false, 6],
  ['looks are counted, claimed in time, and do not move', () => ({ ...running, looks: 7 }), false, 11],
])('there is none, after some patience, where: %s', (_, facts, waiting, from) => {
  expect(stopsAt(facts, waiting)).toBe(from);
});

test('one provider that stands still is not hidden by another that goes on', () => {
  let marks: Marks = new Map();
  const at = (n: number) => {
    const progress = progressIsReal(marks, {
      atMs: n * minute,
      providers: new Map([
        ['goes', { ...idle, launches: n }],
        ['stands', idle],
      ]),
      waiting: [
        { batch: 'b', providers: ['goes'], unconfirmed: 0 },
        { batch: 'c', providers: ['stands'], unconfirmed: 0 },
      ],
    });
    marks = progress.marks;
    return progress;
  };
  for (let n = 0; n <= 5; n++) expect(at(n).real).toBe(true);
  expect(at(6)).toMatchObject({ real: false, standing: [expect.stringContaining('stands: work waits')] });
});
