import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { createClock, localTimeZone, type Out, type ReportFormat, writeReport } from '@nightpass/report';
import { z } from 'zod';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import { summaryOf } from './batches.ts';
import { batchParams } from './schemas/common.ts';
import { reportQuery } from './schemas/report.ts';

/** The report of a batch, written as it is sent. Of a million tasks that takes half a minute: few are made at a time. */

const atATime = 2;
const againInSeconds = 5;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const kinds: Record<ReportFormat, { type: string; ending: string }> = {
  html: { type: 'text/html; charset=utf-8', ending: 'html' },
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  geojson: { type: 'application/geo+json; charset=utf-8', ending: 'geojson' },
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  junit: { type: 'application/xml; charset=utf-8', ending: 'junit.xml' },
};

class Busy extends Refused {
  readonly retryAfterSeconds = againInSeconds;

  constructor() {
    super(429, 'this board writes other reports now: ask again in some seconds');
  }
}

export function reportRoute(app: Api, parts: ApiParts): void {
  const { ledger, log } = parts;
  let underWay = 0;
  const schema = {
    tags: ['look'],
    summary: 'The report of a batch, to be kept as a file',
    description:
      'Written as it is sent: an answer that breaks off is not all of it. 429, with Retry-After, while others are written.',
    params: batchParams,
    querystring: reportQuery,
    produces: Object.values(kinds).map(({ type }) => type),
    response: { 200: z.any().describe('The report') },
  };
  app.get('/batches/:id/report', { schema }, async (request, reply) => {
    const { batch } = await summaryOf(parts, request.params.id);
    const { format, timeZone } = request.query;
    if (underWay >= atATime) throw new Busy();
    underWay += 1;
    const { type, ending } = kinds[format];
    const body = new PassThrough();
    const stop = new AbortController();
    // Whoever does not wait for it any more need not have it made.
    reply.raw.once('close', () => stop.abort());
    void writeReport(ledger, batch.id, format, outTo(body, stop.signal), {
      clock: createClock(timeZone ?? localTimeZone()),
      versions: { nightpass: version },
      signal: stop.signal,
    })
      .then((written) => (written ? body.end() : body.destroy(new Error(`batch ${batch.id} is gone`))))
      .catch((error: Error) => {
        if (!stop.signal.aborted) log.warn({ batch: batch.id, format, error: error.message }, 'report broken off');
        body.destroy(error);
      })
      .finally(() => {
        underWay -= 1;
      });
    void reply.headers({
      'content-type': type,
      // It is a page of its own, with scripts in it, and not one of the board's.
      'content-disposition': `attachment; filename="${batch.id}.report.${ending}"`,
      vary: 'accept-encoding',
    });
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(body);
    const zip = createGzip({ level: 3 });
    body.once('error', (error) => zip.destroy(error));
    return reply.header('content-encoding', 'gzip').send(body.pipe(zip));
  });
}

/** No faster than it is read. */
function outTo(body: PassThrough, signal: AbortSignal): Out {
  return {
    async write(content) {
      signal.throwIfAborted();
      if (body.write(content)) return;
      await once(body, 'drain', { signal });
    },
  };
}
