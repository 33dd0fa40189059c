import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { Refused } from '../pages/trouble.ts';
import type { Api, ApiParts } from './api-parts.ts';
import type { Change } from './changes.ts';
import { eventsQuery } from './schemas/submit.ts';

/** Live change as server-sent events. */

const heartbeatMs = 15_000;
const mostListeners = 200;
/** Then the browser comes again, and who it is is looked at anew. */
const longestMs = 30 * 60_000;
/** Who reads so slowly is cut off, and comes again. */
const mostUnread = 1_000_000;

export function eventRoute(app: Api, parts: ApiParts): void {
  const open = new Set<PassThrough>();
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });
  const schema = {
    tags: ['look'],
    summary: 'What changes, as server-sent events',
    description:
      'Events `provider`, `batch` and `action`, at most one a second for each, with what is known of it by then; `reset` where too much was missed: read anew what is shown. A reconnection goes on after its Last-Event-ID. A comment every 15 s keeps the connection open.',
    querystring: eventsQuery,
    produces: ['text/event-stream'],
    response: { 200: z.any().describe('text/event-stream') },
  };
  app.get('/events', { schema }, (request, reply) => {
    if (open.size >= mostListeners) throw new Refused(429, 'too many listen already');
    const stream = new PassThrough();
    open.add(stream);
    const write = (text: string) => {
      if (stream.writableLength > mostUnread) stream.end();
      else if (!stream.writableEnded) stream.write(text);
    };
    const lastId = request.headers['last-event-id']?.toString() ?? request.query.lastEventId;
    write('retry: 3000\n\n');
    const stopListening = parts.changes.listen(lastId, (change) => write(eventText(change)));
    const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
    const leftMs = (request.who?.expiresAtMs ?? Number.POSITIVE_INFINITY) - Date.now();
    const end = setTimeout(() => stream.end(), Math.max(0, Math.min(longestMs, leftMs)));
    const close = () => {
      open.delete(stream);
      stopListening();
      clearInterval(heartbeat);
      clearTimeout(end);
      stream.destroy();
    };
    stream.once('end', close);
    request.raw.once('close', close);
    return reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      .send(stream);
  });
}

const eventText = ({ id, event, data }: Change) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
