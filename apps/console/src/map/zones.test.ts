import { expect, test } from 'vitest';
import { readZones } from './zones.ts';

const head = { batch: 'b1', zones: 2, shape: 'footprints', scale: 100_000 };
const lines = [
  head,
  [0, 'Brest', 'PHR_1', [[-450_000, 4_830_000, 20_000, 0, 0, 10_000, -20_000, 0, 0, -10_000]]],
  [
    1,
    'Lisboa',
    'PHR_2',
    [
      [100_000, 200_000, 100, 0, 0, 100],
      [100_010, 200_010, 10, 0, 0, 10],
    ],
  ],
];
const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;

/** In pieces that break lines wherever it happens to be. */
function answerIn(size: number): Response {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
  return new Response(
    new ReadableStream({
      start(stream) {
        for (const piece of pieces) stream.enqueue(piece);
        stream.close();
      },
    }),
  );
}

test.each([7, 64, 10_000])('zones are read from pieces of %d bytes', async (size) => {
  const zones = await readZones(answerIn(size));
  expect(zones).toMatchObject({ count: 2, locations: ['Brest', 'Lisboa'], images: ['PHR_1', 'PHR_2'] });
  expect([...zones.boxes.slice(0, 4)].map((it) => Math.round(it * 100) / 100)).toEqual([-4.5, 48.3, -4.3, 48.4]);
  expect([...zones.firstRing]).toEqual([0, 1, 3]);
  expect([...zones.rings]).toEqual([0, 10, 16, 22]);
});

test('an answer that breaks off is no map', async () => {
  const cut = new Response(text.slice(0, text.indexOf('[1,')));
  await expect(readZones(cut)).rejects.toThrow('of 2 zones, 1 came');
});
