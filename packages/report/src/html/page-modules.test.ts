import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textOut } from '../test-night.ts';
import { land } from './land.ts';
import { linesOf, planesOf, writePacked } from './pack.ts';

/** What the page's own modules make of what was packed for them. */
const folder = '../../page/';
const decode = await import(/* @vite-ignore */ `${folder}decode.js`);
const cells = await import(/* @vite-ignore */ `${folder}cells.js`);
const map = await import(/* @vite-ignore */ `${folder}map.js`);
const { urgencyOf } = await import(/* @vite-ignore */ `${folder}palette.js`);

const numbers = fc.array(fc.integer({ min: -2_000_000, max: 2_000_000 }), { maxLength: 300 });

test('numbers come back from their planes', () => {
  fc.assert(
    fc.property(numbers, (all) => {
      const bytes = Buffer.concat([...planesOf(all.length, (i) => all[i] ?? 0)]);
      expect([...decode.numbersOf(new Uint8Array(bytes))]).toEqual(all);
    }),
  );
});

test('lines come back, each in its place, also empty ones', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 50 }), (texts) => {
      const flat = texts.map((text) => text.replace(/[\n\r]+/g, ' '));
      fc.pre(flat.length > 1 || flat[0] !== '');
      expect(decode.linesOf(Buffer.concat([...linesOf(texts)]))).toEqual(flat);
    }),
  );
});

test('what is packed in pieces is what is packed at once, whatever their size', async () => {
  for (const size of [0, 1, 2, 3, 100, 99_999, 300_000]) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i * 31) % 251);
    const out = textOut();
    const pieces = [bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)];
    await writePacked(out, 'x', pieces);
    const [, base64 = ''] = />(.*?)<\/script>/s.exec(out.text()) ?? [];
    expect(base64).not.toMatch(/=[^=]/);
    expect(gunzipSync(Buffer.from(base64, 'base64')).equals(Buffer.from(bytes))).toBe(true);
  }
});

test('the land is rings within the world, none of which leaps across it', async () => {
  const rings: Float32Array[] = decode.ringsOf(new Uint8Array(gunzipSync(Buffer.from(land, 'base64'))));
  expect(rings.length).toBeGreaterThan(100);
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      expect(Math.abs(ring[i] ?? 999)).toBeLessThanOrEqual(180);
      expect(Math.abs(ring[i + 1] ?? 999)).toBeLessThanOrEqual(90);
      const [lat, step] = [ring[i + 1] ?? 0, Math.abs((ring[i + 2] ?? ring[i] ?? 0) - (ring[i] ?? 0))];
      // Along the foot of Antarctica lies the pole, not a coast.
      if (lat > -84) expect(step).toBeLessThan(30);
    }
  }
});

describe('the grid', () => {
  const size = fc.record({ processes: fc.integer({ min: 1, max: 60 }), zones: fc.integer({ min: 1, max: 400 }) });
  test('gives each task a cell of its own, and each cell its task', () => {
    fc.assert(
      fc.property(size, ({ processes, zones }) => {
        const layout = cells.layoutOf(processes, zones);
        // A cell that gives the task back is nobody else's.
        const wrong = Array.from({ length: processes * zones }, (_, index) => index).filter((index) => {
          const [x, y] = layout.placeOf(index);
          return !(x < layout.columns && y < layout.height && layout.indexAt(x, y) === index);
        });
        expect(wrong).toEqual([]);
      }),
    );
  });
  test('does so for very many processes too', () => {
    const layout = cells.layoutOf(5000, 3);
    for (const index of [0, 1, 7777, 14_999]) expect(layout.indexAt(...layout.placeOf(index))).toBe(index);
  });
  test('shows the worst from any distance', () => {
    const codes = new Uint8Array(10_000);
    codes[1234] = 2;
    const urgency = Uint8Array.of(0, 1, 8);
    const levels = cells.levelsOf(codes, cells.layoutOf(10, 1000), urgency);
    for (const level of levels) expect(level.codes.filter((code: number) => code === 2)).toHaveLength(1);
  });
});

test('the map shows of each zone its worst task, and draws the worst last', () => {
  const urgency = urgencyOf(['succeeded', 'failed', 'parked']);
  const worst = map.worstOf(Uint8Array.of(0, 0, 1, 0, 2, 0), 2, 3, urgency);
  expect([...worst]).toEqual([0, 2, 1]);
  expect([...map.drawingOrder(worst, urgency)]).toEqual([0, 2, 1]);
});
