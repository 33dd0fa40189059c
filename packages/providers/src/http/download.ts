import type { CallFailure, OpenAnswer, OpenCall, ResultLink } from '@nightpass/core';
import { Agent, type Dispatcher, Pool } from 'undici';
import { createAuthorizedClient, noSlot } from '../auth/authorized-client.ts';
import type { TokenSource } from '../auth/token-source.ts';
import { contentRange } from './content-range.ts';
import type { Answer, Exchange, HttpClient, HttpLimits } from './http-client.ts';
import { type LinkPlace, linkPlace } from './link-place.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Streamed, streamGet } from './streamed.ts';
import { excerpt, reasonLine } from './text-excerpt.ts';

/**
 * Reads results, of whatever size. The credentials go to the configured origin only; once a redirect has left it, not
 * even there any more. No reason names an address beyond its host: links carry keys of their own.
 */

export interface DownloadOptions {
  /** The configured one. */
  origin: string;
  tokens: TokenSource;
  limits: HttpLimits;
  refusesCredentials(answer: Answer): boolean;
  /** The adapter's own table, for what the platform itself answers. */
  failureOf(exchange: Exchange): CallFailure;
  /** Sent with each request to the platform itself. */
  ownHeaders?: Readonly<Record<string, string>>;
}

export interface Downloads {
  open(link: ResultLink, fromByte: number, call: OpenCall): Promise<OpenAnswer>;
  close(): Promise<void>;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

export function createDownloads(settings: DownloadOptions): Downloads {
  const { origin, tokens, limits, refusesCredentials, failureOf, ownHeaders } = settings;
  // Apart from the calls' own connections: a download may hold one for hours.
  const options = { connections: 64, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
  const connect = { timeout: limits.connectMs };
  const own = new Pool(origin, { ...options, connect });
  const others = new Agent({ ...options, connect });

  /** One GET. What is no success is read, so that it can be judged. */
  async function get(place: LinkPlace, headers: Record<string, string>, trusted: boolean, call: OpenCall) {
    let stream: Streamed | undefined;
    const dispatcher: Dispatcher = place.own ? own : others;
    const http: HttpClient = {
      async send(request, signal) {
        const { path } = request;
        const got = await streamGet(
          dispatcher,
          { origin: place.origin, path, headers: request.headers ?? {} },
          limits,
          signal,
        );
        if (got.kind !== 'answer') return got;
        const { status } = got;
        if (status >= 300) return got.whole();
        stream = got;
        return { kind: 'answer', status, headers: got.headers, text: '', json: undefined, trouble: undefined };
      },
      close: async () => {},
    };
    const sent = place.own ? { ...ownHeaders, ...headers } : headers;
    const request = { method: 'GET' as const, path: place.path, headers: sent };
    const exchange = trusted
      ? await createAuthorizedClient(http, tokens, refusesCredentials).send(request, call.signal, call.readSlot)
      : await http.send(request, call.signal);
    return { exchange, stream };
  }

  async function open(link: ResultLink, fromByte: number, call: OpenCall): Promise<OpenAnswer> {
    const first = linkPlace(link.href, origin);
    if (!first) return refused('link-refused', 'its link leads to where nothing may be fetched from');
    let [place, trusted] = [first, first.own];
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const { exchange, stream } = await get(place, rangeHeaders(fromByte, call.etag), trusted, call);
      if (exchange.kind === 'noCredentials') return exchange.failure;
      if (exchange.kind === 'answer' && redirects.has(exchange.status)) {
        const next = linkPlace(exchange.headers.location ?? '', origin, `${place.origin}${place.path}`);
        if (!next) return refused('redirect-refused', `${said(place, exchange)} leads to where nothing may be fetched`);
        [place, trusted] = [next, trusted && next.own];
        if (!(await call.readSlot())) return noSlot;
        continue;
      }
      const judged = stream ? opened(stream, fromByte, call.etag) : unopened(exchange, place, fromByte);
      if (judged !== 'anew') return judged;
      stream?.drop();
      if (!(await call.readSlot())) return noSlot;
      return open(link, 0, { ...call, etag: undefined });
    }
    return refused('redirects', `it was redirected more than ${mostRedirects} times`);
  }

  function unopened(exchange: Exchange, place: LinkPlace, fromByte: number): OpenAnswer | 'anew' {
    if (exchange.kind !== 'answer') {
      return place.own ? failureOf(exchange) : { kind: 'ambiguous', rule: 'answer-lost', reason: exchange.reason };
    }
    const { status, headers } = exchange;
    if (status === 404 || status === 410) return { kind: 'gone', reason: said(place, exchange) };
    if (status === 416 && fromByte > 0) {
      // All of it is there already, or what is there is of another content.
      const size = contentRange(headers['content-range'])?.sizeBytes;
      return size === fromByte ? { kind: 'open', fromByte, sizeBytes: size, body: nothing() } : 'anew';
    }
    return place.own ? failureOf(exchange) : failureElsewhere(exchange, place);
  }

  return {
    open,
    close: async () => void (await Promise.all([own.destroy(), others.destroy()])),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

/** A weak tag does not say that the bytes are the same. */
const isStrong = (etag: string | undefined): etag is string => etag !== undefined && /^"[^"]*"$/.test(etag);

function rangeHeaders(fromByte: number, etag: string | undefined): Record<string, string> {
  if (fromByte === 0) return {};
  return { range: `bytes=${fromByte}-`, ...(isStrong(etag) && { 'if-range': etag }) };
}

/** What a 2xx gives. `anew`: the part is of another content than the bytes before it. */
function opened(stream: Streamed, fromByte: number, knownEtag: string | undefined): OpenAnswer | 'anew' {
  const { status, headers, body } = stream;
  const { etag } = headers;
  const failed = (rule: string, reason: string, again: 'again' | 'never'): CallFailure => {
    stream.drop();
    return again === 'again' ? { kind: 'ambiguous', rule, reason } : refused(rule, reason);
  };
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding !== '' && coding !== 'identity') {
    return failed('encoded', 'it comes in a content encoding that was not asked for', 'never');
  }
  if (status === 206) {
    const range = contentRange(headers['content-range']);
    if (range?.from !== fromByte) return failed('wrong-range', 'another part came than was asked for', 'again');
    if (knownEtag !== undefined && etag !== undefined && etag !== knownEtag) return 'anew';
    return { kind: 'open', fromByte, sizeBytes: range.sizeBytes, body, etag };
  }
  if (status !== 200 && status !== 203) return failed('no-content', `HTTP ${status} brings no content`, 'again');
  const length = /^\d{1,15}$/.test(headers['content-length'] ?? '') ? Number(headers['content-length']) : undefined;
  return { kind: 'open', fromByte: 0, sizeBytes: length, body, etag };
}

/** What others answer says nothing of the platform or our credentials, and quotes keys: it is not shown. */
function failureElsewhere(answer: Answer, place: LinkPlace): CallFailure {
  const { status, headers } = answer;
  const reason = said(place, answer);
  const waitMs = retryAfterMs(headers['retry-after'], { nowMs: Date.now(), date: headers.date });
  if (status === 429 || (status === 503 && waitMs !== undefined)) {
    return { kind: 'throttled', rule: 'elsewhere-throttled', reason, retryAfterMs: waitMs };
  }
  if (status >= 500 || status === 408 || status === 425) return { kind: 'ambiguous', rule: 'elsewhere-down', reason };
  return { kind: 'rejected', rule: 'elsewhere-refused', status, reason };
}

function said(place: LinkPlace, answer: Answer): string {
  if (!place.own) return `HTTP ${answer.status} from ${new URL(place.origin).host}`;
  return reasonLine([`HTTP ${answer.status}`, excerpt(answer)].filter(Boolean).join(': '));
}

const refused = (rule: string, reason: string): CallFailure => ({ kind: 'rejected', rule, status: 0, reason });
