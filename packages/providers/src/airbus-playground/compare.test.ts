import { describe, expect, test } from 'vitest';
import { deepEqual, matchInput } from './compare.ts';
import { payloadOf } from './payload.ts';
import { sampleLaunch } from './sample.ts';

const plain = { launchNameToken: false, firstImageField: 'imageId' } as const;
const withToken = { ...plain, launchNameToken: true } as const;
const request = sampleLaunch();
const echo = { ...payloadOf(request, plain) } as Record<string, unknown>;
const without = (key: string) => Object.fromEntries(Object.entries(echo).filter(([name]) => name !== key));
const moved = (degrees: number) => ({
  type: 'Polygon',
  coordinates: request.task.zone.geom.coordinates.map((ring) => ring.map(([x = 0, y = 0]) => [x + degrees, y])),
});

describe('is this the job our launch made?', () => {
  test.each<[string, Record<string, unknown> | undefined, string]>([
    ['the payload itself', echo, 'same'],
    [
      'with keys of the platform added, in another order',
      { z: 1, ...Object.fromEntries(Object.entries(echo).reverse()) },
      'same',
    ],
    ['the first image under its other name', { ...without('imageId'), imageId1: 'image-0' }, 'same'],
    ['imageId2 is null', { ...echo, imageId2: null }, 'same'],
    ['no input', undefined, 'unclear'],
    ['no geometry', without('geom'), 'unclear'],
    ['no name', without('name'), 'unclear'],
    ['no dataset', without('datasetId'), 'unclear'],
    ['a name the platform has cut', { ...echo, name: 'Port of Sète 0 - Ves…' }, 'unclear'],
    ['coordinates the platform has rounded', { ...echo, geom: moved(1e-6) }, 'unclear'],
    ['the geometry as a feature', { ...echo, geom: { type: 'Feature', geometry: echo.geom } }, 'unclear'],
    ['another name', { ...echo, name: 'Port of Sète 1 - Vessel finder' }, 'other'],
    ['another image', { ...echo, imageId: 'x' }, 'other'],
    ['a second image', { ...echo, imageId2: 'x' }, 'other'],
    ['another dataset', { ...echo, datasetId: 'x' }, 'other'],
    ['another place', { ...echo, geom: moved(0.1) }, 'other'],
    ['another place, and no name', { ...without('name'), geom: moved(0.1) }, 'other'],
  ])('%s', (_, input, match) => {
    expect(matchInput(input, request, plain)).toBe(match);
  });

  test.each<[string, unknown, string]>([
    ['holds the token', 'Port of Sète 0 - Vessel finder [k0x1]', 'same'],
    ['holds it among other words', 'renamed [k0x1] by hand', 'same'],
    ['holds the token of another attempt', 'Port of Sète 0 - Vessel finder [k0x2]', 'other'],
    ['was cut before the token ended', 'Port of Sète 0 - Vessel finder [k0', 'unclear'],
    ['is not shown', undefined, 'unclear'],
  ])('with the name token, a name that %s', (_, name, match) => {
    expect(matchInput({ name, geom: moved(1) }, request, withToken)).toBe(match);
  });
});

test('deep equality is of values, not of key order', () => {
  expect(deepEqual({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
  expect(deepEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(deepEqual([1, 2], [1, 2, 3])).toBe(false);
  expect(deepEqual([1], { 0: 1 })).toBe(false);
  expect(deepEqual({ a: undefined }, {})).toBe(false);
  expect(deepEqual(JSON.parse('{"__proto__":1}'), {})).toBe(false);
});
