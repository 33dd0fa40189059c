import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Zone } from '@nightpass/core';
import { type BatchRecord, type LedgerContext, zonesInOrder } from '@nightpass/engine';
import { z } from 'zod';
import type { Api, ApiParts } from './api-parts.ts';
import { summaryOf } from './batches.ts';
import { zonesQuery } from './schemas/batches.ts';
import { batchParams } from './schemas/common.ts';

/**
 * Zones as a stream of JSON lines: first what the numbers mean, then an array a zone: `[index, location, image, rings]`.
 * A ring is whole numbers of 1/100,000 degree, x and y in turn: the first point, then each step from the one before.
 */

const scale = 100_000;
const type = 'application/x-ndjson; charset=utf-8';

export function zoneRoutes(app: Api, parts: ApiParts): void {
  const schema = {
    tags: ['look'],
    summary: 'Zones: names and footprints, a JSON array a line',
    description:
      'The first line says `{batch, zones, shape, scale}`. Then a line a zone: `[index, location, image, rings]`; a ring is whole numbers in degrees × scale: x and y of its first point, then the steps from point to point. With `shape=points`, `[index, location, image, x, y]`, the middle of its box; with `shape=none`, no place. A batch’s zones never change.',
    params: batchParams,
    querystring: zonesQuery,
    produces: ['application/x-ndjson'],
    response: { 200: z.any().describe('Lines of JSON'), 304: z.any().describe('As it was') },
  };
  app.get('/batches/:id/zones', { schema }, async (request, reply) => {
    const { batch } = await summaryOf(parts, request.params.id);
    const { shape, from, limit = batch.zoneCount } = request.query;
    const etag = `"zones-${batch.id}-${shape}-${from}-${limit}"`;
    void reply.headers({ etag, 'cache-control': 'private, max-age=86400', vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    const lines = Readable.from(linesOf(parts.ledger, batch, shape, { from, to: from + limit }), { objectMode: false });
    void reply.type(type);
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(lines);
    return reply.header('content-encoding', 'gzip').send(lines.pipe(createGzip({ level: 3 })));
  });
}

type Shape = z.output<typeof zonesQuery>['shape'];

async function* linesOf(
  ledger: LedgerContext,
  batch: BatchRecord,
  shape: Shape,
  range: { from: number; to: number },
): AsyncGenerator<string> {
  yield `${JSON.stringify({ batch: batch.id, zones: batch.zoneCount, shape, scale })}\n`;
  for await (const chunk of zonesInOrder(ledger, batch, range)) {
    yield chunk.map(({ index, zone }) => `${JSON.stringify(lineOf(index, zone, shape))}\n`).join('');
  }
}

function lineOf(index: number, { location, imageId, geom }: Zone, shape: Shape): unknown[] {
  const names = [index, location, imageId];
  switch (shape) {
    case 'none':
      return names;
    case 'points':
      return [...names, ...middleOf(geom.coordinates[0] ?? [])];
    case 'footprints':
      return [...names, geom.coordinates.map(ringOf)];
    default:
      return shape satisfies never;
  }
}

const whole = (degrees: number | undefined) => Math.round((degrees ?? 0) * scale);

function middleOf(ring: readonly number[][]): [number, number] {
  const middle = (all: number[]) => whole((Math.min(...all) + Math.max(...all)) / 2);
  return [middle(ring.map(([x = 0]) => x)), middle(ring.map(([, y = 0]) => y))];
}

function ringOf(ring: readonly number[][]): number[] {
  let [x, y] = [0, 0];
  return ring.flatMap((point) => {
    const [nextX, nextY] = [whole(point[0]), whole(point[1])];
    const step = [nextX - x, nextY - y];
    [x, y] = [nextX, nextY];
    return step;
  });
}
