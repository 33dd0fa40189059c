import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import type { Exchange, HttpLimits, HttpRequest } from './http-client.ts';
import { readBody } from './reply-body.ts';
import { isOurFault, troubleWords } from './trouble.ts';

const ended = Symbol('the whole answer is here');

/**
 * One request over one connection.
 * Whether it was sent is not guessed from error codes: undici calls `onRequestStart` before it writes the first byte,
 * so what ends without that call was never sent, and all else may have been.
 */
export function oneExchange(
  pool: Dispatcher,
  request: HttpRequest,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status: number | undefined;
    let headers: Record<string, string> = {};
    let bytes = 0;
    const chunks: Buffer[] = [];
    let over = false;
    let phaseTimer: NodeJS.Timeout | undefined;

    const totalTimer = setTimeout(() => end('it took longer than the total time limit'), limits.totalMs);
    const onAbort = () => end('it was called off');

    function within(ms: number, reason: string): void {
      clearTimeout(phaseTimer);
      phaseTimer = setTimeout(() => end(reason), ms);
    }

    function end(trouble: string | typeof ended): void {
      if (over) return;
      over = true;
      clearTimeout(totalTimer);
      clearTimeout(phaseTimer);
      signal.removeEventListener('abort', onAbort);
      if (trouble !== ended) controller?.abort(new Error(trouble));
      if (status === undefined) {
        const reason = trouble === ended ? 'the answer has no status' : trouble;
        resolve(controller === undefined ? { kind: 'notSent', reason } : { kind: 'lost', reason });
        return;
      }
      const known = { kind: 'answer' as const, status, headers };
      readBody(Buffer.concat(chunks), headers, limits.bodyBytes).then((body) => {
        // A cut answer still has its status and headers: a refusal stays one, a Location still names the job.
        resolve(trouble === ended ? { ...known, ...body } : { ...known, ...body, json: undefined, trouble });
      }, reject);
    }

    if (signal.aborted) return end('it was called off');
    // One signal may call off a hundred calls: that is no leak, every listener is taken off again.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort);

    pool.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: { 'user-agent': 'nightpass', 'accept-encoding': 'identity', ...request.headers },
        body: request.body ?? null,
        reset: request.fresh === true,
      },
      {
        onRequestStart(started) {
          // `over`: given up while waiting for a connection. A second start would be a second sending.
          if (over || controller !== undefined) {
            started.abort(new Error('not to be sent'));
            return;
          }
          controller = started;
          within(limits.headersMs, 'no answer within the time limit');
        },
        onResponseStart(_, statusCode, incoming) {
          if (over || statusCode < 200) return;
          status = statusCode;
          headers = firstValues(incoming);
          within(limits.bodyIdleMs, 'the answer stopped half way');
        },
        onResponseData(_, chunk) {
          if (over) return;
          bytes += chunk.length;
          if (bytes > limits.bodyBytes) return end(`the answer is longer than ${limits.bodyBytes} bytes`);
          chunks.push(chunk);
          within(limits.bodyIdleMs, 'the answer stopped half way');
        },
        onResponseEnd() {
          end(ended);
        },
        onResponseError(_, error) {
          if (!over && controller === undefined && isOurFault(error)) {
            reject(error);
          }
          end(troubleWords(error));
        },
      },
    );
  });
}

function firstValues(incoming: Record<string, string | string[] | undefined>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name.toLowerCase()] = first;
  }
  return values;
}
