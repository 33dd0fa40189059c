import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutOf, touchedBy } from './layout.ts';

test.each([
  [1, 1],
  [8, 125_000],
  [1, 10_000],
  [500, 3],
  [3, 7],
  [5_000, 3],
])('of %d processes and %d zones every task has a place of its own, and is found there', (processes, zones) => {
  const layout = layoutOf({ processes, zones });
  const step = Math.max(1, Math.floor((processes * zones) / 5_000));
  for (let index = 0; index < processes * zones; index += step) {
    const [x, y] = layout.placeOf(index);
    expect(layout.indexAt(x, y)).toBe(index);
    expect(x).toBeLessThan(layout.columns);
    expect(y).toBeLessThan(layout.height);
  }
});

test('each task has a cell of its own, and each cell its task, whatever the size', () => {
  const size = fc.record({ processes: fc.integer({ min: 1, max: 60 }), zones: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(size, ({ processes, zones }) => {
      const layout = layoutOf({ processes, zones });
      // A cell that gives the task back is nobody else's.
      const wrong = Array.from({ length: processes * zones }, (_, index) => index).filter((index) => {
        const [x, y] = layout.placeOf(index);
        return !(x < layout.columns && y < layout.height && layout.indexAt(x, y) === index);
      });
      expect(wrong).toEqual([]);
    }),
  );
});

test('very many processes are no tower of bands', () => {
  const { columns, height } = layoutOf({ processes: 5_000, zones: 3 });
  expect(columns).toBeGreaterThan(height);
});

test('outside the cells there is no task', () => {
  const layout = layoutOf({ processes: 3, zones: 7 });
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [layout.columns, 0],
    [0, layout.height],
    [0, layout.rows],
  ] as const) {
    if (x === 0 && y === layout.rows && layout.band === layout.rows) continue;
    expect(layout.indexAt(x, y)).toBe(-1);
  }
});

test('a million cells lie wider than high, as their place does', () => {
  const { columns, height } = layoutOf({ processes: 10, zones: 100_000 });
  expect(columns / height).toBeGreaterThan(1.8);
  expect(columns / height).toBeLessThan(3);
});

test('a rectangle touches the processes and zones under it, wherever its corners lie', () => {
  const layout = layoutOf({ processes: 2, zones: 4 });
  expect(layout.columns).toBe(4);
  expect(touchedBy(layout, { left: 1, top: 0, right: 2, bottom: 0 })).toEqual({ processes: [0], zones: [1, 2] });
  expect(touchedBy(layout, { left: -9, top: -9, right: 99, bottom: 99 })).toEqual({
    processes: [0, 1],
    zones: [0, 1, 2, 3],
  });
});
