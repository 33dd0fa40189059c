import { gunzipSync } from 'node:zlib';
import { phases } from '@nightpass/core';
import { phaseOf } from '@nightpass/pictures/phases';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as decode from '../../page/decode.ts';
import { textOut, zoneOf } from '../test-night.ts';
import { createZoneTable } from '../zone-table.ts';
import { linesOf, planesOf, writePacked } from './pack.ts';
import { readPageAssets } from './page-assets.ts';
import { boxParts } from './write-html.ts';

/** What the page's own modules make of what was packed for them. */

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

test('a phase is the same phase in the pictures, whatever its number there', () => {
  const grid = Uint8Array.from(phases, (_, code) => code);
  expect([...decode.codesOf(grid, phases)].map(phaseOf)).toEqual([...phases]);
});

test('a zone has its place and its size, within a step', () => {
  const lon = fc.double({ min: -170, max: 170, noNaN: true });
  const lat = fc.double({ min: -80, max: 80, noNaN: true });
  const side = fc.double({ min: 0, max: 9, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(lon, lat, side, side), { minLength: 1, maxLength: 50 }), (boxes) => {
      const corners = boxes.map(([west, south, wide, tall]) => [west, south, west + wide, south + tall] as const);
      const table = createZoneTable(corners.length);
      for (const [index, [west, south, east, north]] of corners.entries()) {
        const ring = [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ];
        table.set(index, zoneOf(index, { geom: { type: 'Polygon', coordinates: [ring] } }));
      }
      const { boxes: packed, stepDegrees } = table.read();
      const bytes = Buffer.concat([...boxParts(packed)]);
      const zones = decode.zonesOf(decode.numbersOf(bytes), stepDegrees);
      expect(zones.count).toBe(corners.length);
      for (const [i, degrees] of corners.flat().entries()) {
        expect(Math.abs((zones.boxes[i] ?? 999) - degrees)).toBeLessThanOrEqual(stepDegrees);
      }
    }),
  );
});

test('the script stands in one page: nothing in it ends it, and it brings all that it needs', () => {
  const { script } = readPageAssets();
  expect(script).not.toMatch(/<\/?script|<!--/i);
  expect(script).not.toMatch(/\b(import|require)\s*\(|^\s*(import|export)\b/m);
});
