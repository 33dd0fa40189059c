import { Pool } from 'undici';
import { oneExchange } from './exchange.ts';
import { hasDotSegments } from './paths.ts';

/** Time limits in milliseconds, sizes in bytes. */
export interface HttpLimits {
  /** To open the connection, TLS included. */
  connectMs: number;
  /** From the request written to the headers of the answer. */
  headersMs: number;
  /** Between two pieces of the answer's body. */
  bodyIdleMs: number;
  /** The whole call, waiting for a free connection included. */
  totalMs: number;
  bodyBytes: number;
}

export const usualHttpLimits: HttpLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  bodyIdleMs: 30_000,
  totalMs: 120_000,
  bodyBytes: 4 * 1024 * 1024,
};

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query on the client's origin; nothing else is accepted. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /**
   * On a connection of its own. For launches: a kept connection may have been closed by the other side without our
   * knowing, and then nobody can tell whether the launch arrived.
   */
  fresh?: boolean;
}

/** The platform answered. Any status, redirects included: they are not followed. */
export interface Answer {
  kind: 'answer';
  status: number;
  /** Lower-case names; the first value of each. */
  headers: Readonly<Record<string, string>>;
  text: string;
  /** Undefined where the text is not JSON. */
  json: unknown;
  /** Why the text is not the whole answer, or was not parsed; undefined where nothing is wrong. */
  trouble: string | undefined;
}

/** What came of one request. Reasons are short, and hold nothing of what was sent. */
export type Exchange =
  | Answer
  /** Certain: no byte of the request was written. */
  | { kind: 'notSent'; reason: string }
  /** The request was at least begun, and no answer came. */
  | { kind: 'lost'; reason: string };

export interface HttpClient {
  /** Sends one request once: no retry, no redirect. @throws only for a request that is itself wrong (a bug). */
  send(request: HttpRequest, signal: AbortSignal): Promise<Exchange>;
  close(): Promise<void>;
}

/** A client of one origin; it speaks to no other. */
export function createHttpClient(origin: string, limits: HttpLimits): HttpClient {
  // Undici's own timers tick by the second; ours (exchange.ts) are exact. No pipelining: one request a connection.
  const options = {
    connections: 64,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: limits.connectMs },
  };
  const kept = new Pool(origin, options);
  const fresh = new Pool(origin, options);
  return {
    async send(request, signal) {
      const path = pathOn(origin, request.path);
      return oneExchange(request.fresh ? fresh : kept, { ...request, path }, limits, signal);
    },
    async close() {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

/** @throws when the path could leave the origin, or climb out of itself. */
function pathOn(origin: string, path: string): string {
  if (!path.startsWith('/') || path.startsWith('//') || path.includes('\\') || hasDotSegments(path)) {
    throw new Error('a request path must start with one "/", and hold neither "\\" nor ".." segments');
  }
  const url = new URL(path, origin);
  if (url.origin !== new URL(origin).origin) throw new Error('a request path must stay on the configured origin');
  return `${url.pathname}${url.search}`;
}
