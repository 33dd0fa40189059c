import { expect, test } from 'vitest';
import { dim, none } from '../palette.ts';
import { codeOf } from '../phases.ts';
import { layoutOf } from './layout.ts';
import { clean, createLevels, fillLevels, setCell } from './levels.ts';

const layout = layoutOf({ processes: 4, zones: 2_500 });
const calm = () => new Uint8Array(10_000).fill(codeOf.succeeded);

test('one failure among ten thousand is seen from the farthest', () => {
  const levels = createLevels(layout);
  const codes = calm();
  codes[7_777] = codeOf.failed;
  fillLevels(levels, layout, codes, () => false);
  for (const { codes: seen } of levels) expect([...seen].filter((code) => code === codeOf.failed)).toHaveLength(1);
});

test('so it is among the tasks of very many processes', () => {
  const many = layoutOf({ processes: 5_000, zones: 2 });
  const levels = createLevels(many);
  const codes = calm();
  codes[7_777] = codeOf.failed;
  fillLevels(levels, many, codes, () => false);
  for (const { codes: seen } of levels) expect([...seen].filter((code) => code === codeOf.failed)).toHaveLength(1);
  expect(levels[0]?.codes.filter((code) => code !== none)).toHaveLength(10_000);
});

test('a change of one cell makes what filling anew would make, and marks its rows only', () => {
  const [changed, fresh] = [createLevels(layout), createLevels(layout)];
  const codes = calm();
  fillLevels(changed, layout, codes, () => false);
  for (const level of changed) clean(level);
  for (const [index, phase] of [
    [5, 'failed'],
    [9_000, 'parked'],
    [5, 'running'],
  ] as const) {
    codes[index] = codeOf[phase];
    const [x, y] = layout.placeOf(index);
    setCell(changed, x, y, codeOf[phase]);
  }
  fillLevels(fresh, layout, codes, () => false);
  expect(changed.map((level) => level.codes)).toEqual(fresh.map((level) => level.codes));
  expect(changed[0]?.dirty).toEqual([layout.placeOf(5)[1], layout.placeOf(9_000)[1]]);
});

test('what is not selected stands behind what is, however urgent', () => {
  const small = layoutOf({ processes: 1, zones: 4 });
  const levels = createLevels(small);
  fillLevels(
    levels,
    small,
    Uint8Array.of(codeOf.failed, codeOf.succeeded, codeOf.failed, codeOf.failed),
    (i) => i !== 1,
  );
  expect(levels[0]?.codes[0]).toBe(codeOf.failed + dim);
  expect(levels.at(-1)?.codes[0]).not.toBe(none);
  expect(levels[1]?.codes[0]).toBe(codeOf.succeeded);
});
