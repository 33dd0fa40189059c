import { expect, test } from 'vitest';
import { createSharedReading } from './shared-reading.ts';

interface Reading {
  n: number;
}

function readings() {
  const open: ((reading: Reading) => void)[] = [];
  let begun = 0;
  return {
    get begun() {
      return begun;
    },
    read: () => {
      begun += 1;
      return new Promise<Reading>((resolve) => open.push(resolve));
    },
    end: () => open.shift()?.({ n: begun }),
  };
}

test('who asks while a list is read shares the next reading, and never the one that began before', async () => {
  const shared = createSharedReading<Reading>();
  const lists = readings();
  const first = shared('p', lists.read);
  const others = [shared('p', lists.read), shared('p', lists.read), shared('p', lists.read)];
  expect(lists.begun).toBe(1);
  lists.end();
  expect(await first).toEqual({ n: 1 });
  await Promise.resolve();
  expect(lists.begun).toBe(2);
  const late = shared('p', lists.read);
  lists.end();
  for (const other of others) expect(await other).toEqual({ n: 2 });
  await Promise.resolve();
  expect(lists.begun).toBe(3);
  lists.end();
  expect(await late).toEqual({ n: 3 });
});

test('lists of other processes are read beside it, and one that has ended is read anew', async () => {
  const shared = createSharedReading<Reading>();
  const lists = readings();
  const [a, b] = [shared('a', lists.read), shared('b', lists.read)];
  expect(lists.begun).toBe(2);
  lists.end();
  lists.end();
  await Promise.all([a, b]);
  await Promise.resolve();
  const again = shared('a', lists.read);
  expect(lists.begun).toBe(3);
  lists.end();
  await again;
});

test('a reading that throws is no reading of those who wait for the next', async () => {
  const shared = createSharedReading<Reading>();
  const broken = shared('p', () => Promise.reject(new Error('bug')));
  const next = shared('p', () => Promise.resolve({ n: 7 }));
  await expect(broken).rejects.toThrow('bug');
  expect(await next).toEqual({ n: 7 });
});
