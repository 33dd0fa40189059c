import { randomBytes } from 'node:crypto';
import { type BatchId, type Phase, phaseByte, phases } from '@nightpass/core';
import { createKeys, type LedgerContext } from '@nightpass/engine';
import { startTestRedis, type TestRedis } from '@nightpass/runtime/test-redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { contentOf, openSample } from '../test-ledger.ts';
import { type BatchIndex, loadBatchIndex } from './batch-index.ts';
import type { Query } from './matches.ts';
import type { Order, Place, Sort } from './orderings.ts';
import { search } from './search.ts';
import { placesAnew, placesByTime } from './time-order.ts';

/** The search, beside one that is so simple that it cannot be wrong. Enough tasks that many are walked, and few chosen. */

const size = { processes: 3, zones: 20_000 };
const count = size.processes * size.zones;
const locationOf = (zone: number) => `Basin ${(zone * 7919) % size.zones}`;
/** The same in each run. */
const lotOf = (i: number, sides: number) =>
  Math.floor(((((i + 1) * 2_654_435_761) % 4_294_967_296) / 4_294_967_296) * sides);
const phaseOf = (i: number): Phase => phases[lotOf(i, 40)] ?? 'succeeded';
const secondOf = (i: number) => (phaseOf(i) === 'queued' ? 0 : 1_764_000_000 + lotOf(i * 31, 5_000_000));

let redis: TestRedis;
let ledger: LedgerContext;
let id: BatchId;
let index: BatchIndex;
beforeAll(async () => {
  redis = await startTestRedis();
  ledger = { redis: redis.client(), keys: createKeys(`t${randomBytes(4).toString('hex')}`) };
  const content = contentOf(size);
  for (const [zone, it] of content.zones.entries()) it.location = locationOf(zone);
  ({ id } = await openSample(ledger, { content }));
  await ledger.redis.set(ledger.keys.grid(id), Array.from({ length: count }, (_, i) => phaseByte[phaseOf(i)]).join(''));
  await ledger.redis.set(
    ledger.keys.moved(id),
    Buffer.from(Uint32Array.from({ length: count }, (_, i) => secondOf(i)).buffer).swap32(),
  );
  const loaded = await loadBatchIndex(ledger, id);
  if (!loaded) throw new Error('no batch');
  index = loaded;
});
afterAll(async () => {
  index.stop();
  await redis.stop();
});

const queries: Record<string, Query> = {
  all: {},
  'many phases': { phase: ['queued', 'succeeded'] },
  'few phases': { phase: ['failed', 'running'] },
  'a span': { movedSinceMs: 1_764_001_000_000, movedUntilMs: 1_764_900_000_500 },
  'a span, phase and place': {
    movedSinceMs: 1_764_001_000_000,
    phase: ['failed'],
    location: 'basin 1',
    process: [1, 2],
  },
  'what never was': { movedSinceMs: 1_999_000_000_000 },
};

function simply(query: Query, { by, descending }: Order): number[] {
  const { phase, process, location, movedSinceMs = 0, movedUntilMs = Number.POSITIVE_INFINITY } = query;
  const isTimed = query.movedSinceMs !== undefined || query.movedUntilMs !== undefined;
  const zoneOf = (i: number) => i % size.zones;
  const keys: Record<Sort, (i: number) => (number | string)[]> = {
    task: (i) => [i],
    zone: (i) => [zoneOf(i), i],
    location: (i) => [locationOf(zoneOf(i)).toLowerCase(), zoneOf(i), i],
    phase: (i) => [phases.indexOf(phaseOf(i)), i],
    moved: (i) => [secondOf(i), i],
  };
  const meets = (i: number) =>
    (!phase || phase.includes(phaseOf(i))) &&
    (!process || process.includes(Math.floor(i / size.zones))) &&
    (location === undefined || locationOf(zoneOf(i)).toLowerCase().includes(location)) &&
    (!isTimed ||
      (secondOf(i) > 0 &&
        secondOf(i) * 1000 >= Math.floor(movedSinceMs / 1000) * 1000 &&
        secondOf(i) * 1000 < movedUntilMs));
  const keyed = Array.from({ length: count }, (_, i) => i)
    .filter(meets)
    .map((i) => ({ i, key: keys[by](i) }));
  keyed.sort((a, b) => {
    const at = a.key.findIndex((it, n) => it !== b.key[n]);
    const [x = 0, y = 0] = [a.key[at], b.key[at]];
    return (x < y ? -1 : x > y ? 1 : 0) * (descending ? -1 : 1);
  });
  const places = keyed.map(({ i }) => i);
  if (by !== 'moved') return places;
  return [...places.filter((i) => secondOf(i) > 0), ...places.filter((i) => secondOf(i) === 0)];
}

const sorts = (['task', 'zone', 'location', 'phase', 'moved'] as const).flatMap((by) => [
  { by, descending: false },
  { by, descending: true },
]);

test.each(sorts)('pages by %j are those of a simple search, for any query', async (order) => {
  for (const [name, query] of Object.entries(queries)) {
    const expected = simply(query, order);
    // From the beginning, from the middle, where known turns into unknown, and to the end.
    const turn = expected.findIndex((i) => secondOf(i) === 0);
    const afters = [undefined, 0, 40, turn - 1, turn, Math.floor(expected.length / 2), expected.length - 3];
    for (const n of afters) {
      const last = n === undefined ? undefined : expected[n];
      if (n !== undefined && last === undefined) continue;
      const after: Place | undefined =
        last === undefined
          ? undefined
          : {
              index: last,
              byte: phaseByte[phaseOf(last)].charCodeAt(0),
              second: order.by === 'moved' ? secondOf(last) : 0,
            };
      const from = n === undefined ? 0 : n + 1;
      const { page, total, more } = await search(index, query, order, { after, limit: 7 });
      expect({ name, n, total, page: page.map((it) => it.index), more }).toEqual({
        name,
        n,
        total: expected.length,
        page: expected.slice(from, from + 7),
        more: expected.length > from + 7,
      });
    }
  }
});

test('a page goes on after a task that has moved since, and shows it again at its new time', {
  timeout: 15_000,
}, async () => {
  const order: Order = { by: 'moved', descending: false };
  const query: Query = { phase: ['failed'] };
  const expected = simply(query, order);
  const first = await search(index, query, order, { after: undefined, limit: 5 });
  const last = first.page.at(-1);
  const [second, bytes] = [1_999_000_000, Buffer.alloc(4)];
  bytes.writeUInt32BE(second);
  await ledger.redis.setrange(ledger.keys.moved(id), (last?.index ?? 0) * 4, bytes);
  // Something else of its page has moved too: a look at the grid shows where to look.
  await ledger.redis.setrange(ledger.keys.grid(id), Math.max(0, (last?.index ?? 0) - 1), 'x');
  await vi.waitUntil(
    async () => {
      await index.refresh();
      return (await index.moved()).seconds[last?.index ?? 0] === second;
    },
    { timeout: 10_000 },
  );
  const next = await search(index, query, order, { after: last, limit: 5 });
  expect(next.page.map((it) => it.index)).toEqual(expected.slice(5, 10));
  const newest = await search(index, query, { by: 'moved', descending: true }, { after: undefined, limit: 1 });
  expect(newest.page).toMatchObject([{ index: last?.index, second }]);
});

test.each([
  ['nothing is known', [0, 0, 0], [0, 1, 2]],
  ['all are of one second', [5, 5, 5], [0, 1, 2]],
  ['they are centuries apart', [4_294_967_295, 0, 1, 7], [2, 3, 0, 1]],
])('times are put in order where %s', async (_, seconds, places) => {
  expect([...(await placesByTime(Uint32Array.from(seconds)))]).toEqual(places);
});

test('an order that is mended where tasks moved is the one that is made anew', async () => {
  const before = Uint32Array.from({ length: 5_000 }, (_, i) => lotOf(i, 50));
  const order = await placesByTime(before);
  for (const changed of [[], [0], [4_999, 17, 18], Array.from({ length: 400 }, (_, i) => i * 11)]) {
    const after = before.slice();
    for (const place of changed) after[place] = lotOf(place * 17, 60);
    expect(placesAnew(order, changed, after)).toEqual(await placesByTime(after));
  }
});
