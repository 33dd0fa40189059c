import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Answer, Exchange, HttpLimits } from './http-client.ts';
import { readBody } from './reply-body.ts';
import { troubleWords } from './trouble.ts';

/** One GET whose body is not kept in memory. */

export interface Streamed {
  kind: 'answer';
  status: number;
  /** Lower-case names; the first value of each. */
  headers: Readonly<Record<string, string>>;
  /** Throws, with a short safe message, where it stops half way or is called off. No limit on its size or its time. */
  body: AsyncIterable<Uint8Array>;
  /** The body, as an answer that is looked into: its beginning, where it is long. */
  whole(): Promise<Answer>;
  /** Nobody will read it. */
  drop(): void;
}

export interface StreamRequest {
  origin: string;
  path: string;
  headers: Record<string, string>;
}

/** Of an answer that is not what was asked for. */
const mostLookedInto = 65_536;

export async function streamGet(
  dispatcher: Dispatcher,
  request: StreamRequest,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<Streamed | Exclude<Exchange, Answer>> {
  if (signal.aborted) return { kind: 'notSent', reason: 'it was called off' };
  const off = new AbortController();
  const onAbort = () => off.abort();
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    off.abort();
  }, limits.headersMs + limits.connectMs);
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      ...request,
      method: 'GET',
      headers: { 'user-agent': 'nightpass', 'accept-encoding': 'identity', ...request.headers },
      signal: off.signal,
    });
    // It may fail while nobody reads it.
    body.on('error', () => {});
    body.once('close', () => signal.removeEventListener('abort', onAbort));
    return streamed(statusCode, firstValues(headers), body, limits, signal);
  } catch (error) {
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) return { kind: 'lost', reason: 'it was called off' };
    return { kind: 'lost', reason: late ? 'no answer within the time limit' : troubleWords(error) };
  } finally {
    clearTimeout(timer);
  }
}

function streamed(
  status: number,
  headers: Record<string, string>,
  body: Readable,
  limits: HttpLimits,
  signal: AbortSignal,
): Streamed {
  const pieces = () => piecesOf(body, limits.bodyIdleMs, signal);
  return {
    kind: 'answer',
    status,
    headers,
    body: {
      [Symbol.asyncIterator]() {
        const iterator = pieces();
        // A generator that was never begun would not hear of its end.
        const end = async () => {
          body.destroy();
          return iterator.return();
        };
        return { next: () => iterator.next(), return: end };
      },
    },
    drop: () => void body.destroy(),
    async whole() {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      let trouble: string | undefined;
      try {
        for await (const chunk of pieces()) {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > mostLookedInto) break;
        }
      } catch (error) {
        trouble = (error as Error).message;
      }
      const read = await readBody(Buffer.concat(chunks), headers, mostLookedInto * 2);
      return { kind: 'answer', status, headers, ...read, trouble: trouble ?? read.trouble };
    },
  };
}

async function* piecesOf(body: Readable, idleMs: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let idle = false;
  try {
    for (;;) {
      // Runs while we wait for the platform only: a slow disk is not its silence.
      const timer = setTimeout(() => {
        idle = true;
        body.destroy(new Error('idle'));
      }, idleMs);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (signal.aborted) throw new Error('it was called off');
    throw new Error(idle ? 'the answer stopped half way' : troubleWords(error));
  } finally {
    body.destroy();
  }
}

function firstValues(incoming: Record<string, string | string[] | undefined>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name.toLowerCase()] = first;
  }
  return values;
}
