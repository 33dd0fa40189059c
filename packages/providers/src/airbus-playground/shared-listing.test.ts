import { expect, test } from 'vitest';
import type { Listing } from './list-jobs.ts';
import { createSharedListing } from './shared-listing.ts';

function readings() {
  const open: ((listing: Listing) => void)[] = [];
  let begun = 0;
  return {
    get begun() {
      return begun;
    },
    read: () => {
      begun += 1;
      return new Promise<Listing>((resolve) => open.push(resolve));
    },
    end: () => open.shift()?.({ kind: 'whole', rows: [], clockOffsetMs: begun }),
  };
}

test('who asks while a list is read shares the next reading, and never the one that began before', async () => {
  const shared = createSharedListing();
  const lists = readings();
  const first = shared('p', lists.read);
  const others = [shared('p', lists.read), shared('p', lists.read), shared('p', lists.read)];
  expect(lists.begun).toBe(1);
  lists.end();
  expect(await first).toMatchObject({ clockOffsetMs: 1 });
  await Promise.resolve();
  expect(lists.begun).toBe(2);
  const late = shared('p', lists.read);
  lists.end();
  for (const other of others) expect(await other).toMatchObject({ clockOffsetMs: 2 });
  await Promise.resolve();
  expect(lists.begun).toBe(3);
  lists.end();
  expect(await late).toMatchObject({ clockOffsetMs: 3 });
});

test('lists of other processes are read beside it, and one that has ended is read anew', async () => {
  const shared = createSharedListing();
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
  const shared = createSharedListing();
  const broken = shared('p', () => Promise.reject(new Error('bug')));
  const next = shared('p', () => Promise.resolve({ kind: 'unsure', reason: 'read' }));
  await expect(broken).rejects.toThrow('bug');
  expect(await next).toMatchObject({ reason: 'read' });
});
