import { expect, test } from 'vitest';
import { cssOf, mix, parseRgb, wordOf } from './palette.ts';

test('a colour is read as browsers compute it', () => {
  expect(parseRgb('rgb(43, 140, 88)')).toEqual([43, 140, 88]);
  expect(parseRgb('rgba(43, 140, 88, 0.5)')).toEqual([43, 140, 88]);
  expect(cssOf([43, 140, 88])).toBe('rgb(43 140 88)');
});

test('a colour in the memory of a canvas is red, green, blue, and opaque', () => {
  const bytes = new Uint8Array(Uint32Array.of(wordOf([1, 2, 3])).buffer);
  expect([...bytes]).toEqual([1, 2, 3, 255]);
});

test('half of the way between two colours is their middle', () => {
  expect(mix([0, 100, 200], [100, 100, 0], 0.5)).toEqual([50, 100, 100]);
});
