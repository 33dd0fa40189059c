import { silentLog } from '@nightpass/core';
import { expect, test } from 'vitest';
import { baseline, type LoopFacts, type Stall, stalled, watch } from './watchdog.ts';

const working: LoopFacts = {
  atMs: 0,
  launches: 10,
  looks: 10,
  toLaunch: 5,
  launchesMayWait: false,
  looksMayWait: false,
  behindMs: 0,
};
const later = (ms: number, also: Partial<LoopFacts> = {}): LoopFacts => ({ ...working, atMs: ms, ...also });

test('work that waits and is not taken for two minutes stands still', () => {
  expect(stalled(working, later(60_000), 1000)).toBeUndefined();
  expect(stalled(working, later(200_000), 1000)).toBe('launches');
});

test.each<[string, Partial<LoopFacts>]>([
  ['a launch was sent', { launches: 11 }],
  ['nothing waits', { toLaunch: 0 }],
  ['the provider is held or full', { launchesMayWait: true }],
])('launches do not stand still when %s', (_name, also) => {
  expect(stalled(working, later(200_000, also), 1000)).toBeUndefined();
});

test('a pace of one launch in ten minutes is no stand-still', () => {
  expect(stalled(working, later(900_000), 600_000)).toBeUndefined();
  expect(stalled(working, later(2_000_000), 600_000)).toBe('launches');
});

test('looks long overdue and none made stand still, unless looks may wait', () => {
  const idle = { toLaunch: 0, behindMs: 300_000 };
  expect(stalled(later(0, idle), later(200_000, idle), 1000)).toBe('looks');
  expect(stalled(later(0, idle), later(200_000, { ...idle, looks: 11 }), 1000)).toBeUndefined();
  expect(stalled(later(0, idle), later(200_000, { ...idle, looksMayWait: true }), 1000)).toBeUndefined();
});

test('the moment to compare with moves on while things move, and stays while they stand', () => {
  expect(baseline(working, later(10, { launches: 11 })).atMs).toBe(10);
  expect(baseline(working, later(10)).atMs).toBe(0);
  expect(baseline(working, later(10, { launchesMayWait: true })).atMs).toBe(10);
});

async function run(readings: (() => LoopFacts)[]) {
  const happened: string[] = [];
  const stop = new AbortController();
  const queue = [...readings];
  await watch(
    {
      read: async () => {
        const next = queue.shift();
        if (queue.length === 0) stop.abort();
        return next ? next() : working;
      },
      intervalMs: 1000,
      rebuild: async (stall: Stall) => void happened.push(`rebuilt for ${stall}`),
      giveUp: (stall: Stall) => void happened.push(`gave up for ${stall}`),
      log: silentLog,
    },
    stop.signal,
    1,
  );
  return happened;
}

test('what stands still is rebuilt once; if it goes on standing, the process is given up', async () => {
  const still = [0, 200_000, 400_000, 600_000, 800_000].map((ms) => () => later(ms));
  expect(await run(still)).toEqual(['rebuilt for launches', 'gave up for launches']);
});

test('after a rebuild that helped, a later stand-still is rebuilt again', async () => {
  const readings = [
    later(0),
    later(200_000),
    later(201_000),
    later(202_000, { launches: 11 }),
    later(500_000, { launches: 11 }),
    later(501_000),
  ];
  expect(await run(readings.map((it) => () => it))).toEqual(['rebuilt for launches', 'rebuilt for launches']);
});

test('while Redis is away nothing is judged', async () => {
  const away = () => {
    throw new Error('Connection is closed');
  };
  expect(await run([() => later(0), away, () => later(900_000), () => later(901_000)])).toEqual([]);
});
