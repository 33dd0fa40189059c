import type { Call } from '@nightpass/core';
import { type AuthorizedExchange, createAuthorizedClient, noSlot } from '../auth/authorized-client.ts';
import type { TokenSource } from '../auth/token-source.ts';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import type { Api, Discovery, Reading } from './discovery.ts';
import { codeOf, refusesToken } from './failures.ts';

/** Calls of one back-end, with credentials; paths are those below its API's own. */
export interface Client {
  api(reading: Reading): ReturnType<Discovery['api']>;
  get(path: string, reading: Reading): Promise<AuthorizedExchange>;
  /** @param again awaited before it is sent once more with renewed credentials: its slot */
  send(
    api: Api,
    request: Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body' | 'fresh'>,
    signal: AbortSignal,
    again: () => Promise<boolean>,
  ): Promise<AuthorizedExchange>;
  close(): Promise<void>;
}

const accept = { accept: 'application/json' };

export function createClient(http: HttpClient, tokens: TokenSource, discovery: Discovery): Client {
  const authorized = createAuthorizedClient(http, tokens, refusesToken);
  const send: Client['send'] = async (api, request, signal, again) => {
    const path = `${api.prefix}${request.path}`;
    const exchange = await authorized.send(
      { ...request, path, headers: { ...accept, ...request.headers } },
      signal,
      again,
    );
    if (exchange.kind === 'answer' && codeOf(exchange) === 'UnsupportedApiVersion') discovery.forget();
    return exchange;
  };
  return {
    api: (reading) => discovery.api(reading),
    async get(path, reading) {
      const api = await discovery.api(reading);
      if ('rule' in api) return { kind: 'noCredentials', failure: api };
      if (!(await reading.turn())) return { kind: 'noCredentials', failure: noSlot };
      return send(api, { method: 'GET', path }, reading.signal, reading.turn);
    },
    send,
    close: () => authorized.close(),
  };
}

/** The slot of a call's first request is there already; each other waits for its own. */
export function firstFree({ signal, readSlot }: Call): Reading {
  let isFirst = true;
  const turn = async () => {
    if (!isFirst) return readSlot();
    isFirst = false;
    return true;
  };
  return { signal, turn };
}

/** No request has a slot yet. */
export const noneFree = ({ signal, readSlot }: Call): Reading => ({ signal, turn: readSlot });

/** A probe goes out while the provider is held, when nothing else has a slot: the few requests that it takes. */
export const allFree = ({ signal }: Call): Reading => ({ signal, turn: async () => true });
