import { expect, test } from 'vitest';
import { matchInputs } from './compare.ts';

const ours = { image: 'i-1', area: { type: 'Polygon', coordinates: [[[1.5, 2.5]]] }, n: 5, flags: [true] };

test.each<[string, unknown, string]>([
  ['the same, in another order', { n: 5, flags: [true], area: ours.area, image: 'i-1' }, 'same'],
  ['values wrapped', { ...ours, n: { value: 5 }, image: { value: 'i-1' } }, 'same'],
  ['another image', { ...ours, image: 'i-2' }, 'other'],
  ['another place', { ...ours, area: { type: 'Polygon', coordinates: [[[1.6, 2.5]]] } }, 'other'],
  ['another flag', { ...ours, flags: [false] }, 'other'],
  ['a place that is rounded', { ...ours, area: { type: 'Polygon', coordinates: [[[1.50001, 2.5]]] } }, 'unclear'],
  ['a number as text', { ...ours, n: '5' }, 'unclear'],
  ['an input more', { ...ours, extra: 1 }, 'unclear'],
  ['an input less', { image: 'i-1' }, 'unclear'],
  ['an input less, and another image', { image: 'i-2' }, 'other'],
  ['more values', { ...ours, flags: [true, true] }, 'unclear'],
  ['a reference where we gave a value', { ...ours, image: { href: '/i-1' } }, 'unclear'],
  ['null', { ...ours, image: null }, 'unclear'],
  ['a list', [{ id: 'image', value: 'i-1' }], 'unclear'],
  ['nothing', {}, 'unclear'],
])('inputs that are shown as %s', (_, shown, match) => {
  expect(matchInputs(shown, ours)).toBe(match);
});
