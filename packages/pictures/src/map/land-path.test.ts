import { Buffer } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { land } from './land.ts';
import { ringsOf } from './land-path.ts';

test('the land is rings within the world, none of which leaps across it', () => {
  const bytes = Uint8Array.from(gunzipSync(Buffer.from(land, 'base64')));
  const rings = [...ringsOf(new Int16Array(bytes.buffer))];
  expect(rings.length).toBeGreaterThan(100);
  for (const ring of rings) {
    for (const [i, [lon, lat]] of ring.entries()) {
      expect(Math.abs(lon)).toBeLessThanOrEqual(180);
      expect(Math.abs(lat)).toBeLessThanOrEqual(90);
      // Along the foot of Antarctica lies the pole, not a coast.
      if (lat > -84) expect(Math.abs((ring[i + 1]?.[0] ?? lon) - lon)).toBeLessThan(30);
    }
  }
});
