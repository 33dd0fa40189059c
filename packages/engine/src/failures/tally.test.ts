import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTally } from './tally.ts';

test('a value that nine in ten have is found, whatever the order and however many others there are', () => {
  const values = fc
    .tuple(fc.integer({ min: 1, max: 400 }), fc.nat(400))
    .map(([same, others]) => [
      ...Array<string>(same).fill('same'),
      ...Array.from({ length: Math.min(others, Math.floor(same / 9)) }, (_, i) => `other ${i}`),
    ])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
  fc.assert(
    fc.property(values, (all) => {
      const tally = createTally();
      for (const value of all) tally.add(value);
      const shared = tally.shared(0.89);
      expect(shared?.value).toBe('same');
      expect(shared?.count).toBeLessThanOrEqual(all.filter((value) => value === 'same').length);
    }),
  );
});

test('what fewer have is not said to be shared', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 300 }), (all) => {
      const tally = createTally();
      for (const value of all) tally.add(value);
      const shared = tally.shared(0.9);
      const most = Math.max(...['a', 'b', 'c', 'd'].map((it) => all.filter((value) => value === it).length));
      expect(shared !== undefined).toBe(most >= 0.9 * all.length);
    }),
  );
});
