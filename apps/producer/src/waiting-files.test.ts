import { expect, test } from 'vitest';
import { createWaitingFiles } from './waiting-files.ts';

const file = (name: string, version = '1', mtimeMs = 0) => ({ file: name, version, mtimeMs });
const names = ({ ready }: { ready: { file: string }[] }) => ready.map((one) => one.file);

test('a file is ready once it has stayed the same for the settling time', () => {
  const waiting = createWaitingFiles({ settleMs: 1000, retryMs: 5000 });
  expect(waiting.look([file('a')], 0)).toEqual({ ready: [], nextInMs: 1000 });
  expect(waiting.look([file('a', '2')], 900)).toEqual({ ready: [], nextInMs: 1000 });
  expect(waiting.look([file('a', '2')], 1800)).toEqual({ ready: [], nextInMs: 100 });
  expect(names(waiting.look([file('a', '2')], 1900))).toEqual(['a']);
});

test('a file that went away and came back is as new', () => {
  const waiting = createWaitingFiles({ settleMs: 1000, retryMs: 5000 });
  waiting.look([file('a')], 0);
  waiting.look([], 500);
  expect(names(waiting.look([file('a')], 1500))).toEqual([]);
});

test('ready files come oldest first, and by name where they are of one age', () => {
  const waiting = createWaitingFiles({ settleMs: 0, retryMs: 5000 });
  expect(names(waiting.look([file('c', '1', 7), file('b', '1', 7), file('a', '1', 9)], 0))).toEqual(['b', 'c', 'a']);
});

test('a file that cannot be taken is tried less and less often, told once, and at once when it changes', () => {
  const waiting = createWaitingFiles({ settleMs: 0, retryMs: 5000 });
  const putOff = (nowMs: number, reason = 'no memory') => waiting.putOff('a', { reason, nowMs });
  waiting.look([file('a')], 0);
  expect(putOff(0)).toBe(true);
  expect(waiting.look([file('a')], 4000)).toEqual({ ready: [], nextInMs: 1000 });
  expect(names(waiting.look([file('a')], 5000))).toEqual(['a']);
  expect(putOff(5000)).toBe(false);
  expect(waiting.look([file('a')], 5000).nextInMs).toBe(10_000);
  expect(names(waiting.look([file('a', '2')], 6000))).toEqual(['a']);
  expect(putOff(6000)).toBe(true);
});
