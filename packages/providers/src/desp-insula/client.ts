import type { Call, CallFailure, LaunchCall } from '@nightpass/core';
import { type AuthorizedExchange, createAuthorizedClient, noSlot } from '../auth/authorized-client.ts';
import type { TokenSource } from '../auth/token-source.ts';
import { createHttpClient, type HttpLimits } from '../http/http-client.ts';
import { type Api, apiOf } from './address.ts';
import type { DespInsulaConfig } from './config.ts';
import { type FailedCall, failureOf, refusesCredentials } from './failures.ts';

/** Before it answers a launch, the server waits up to a minute for the job to be made. */
export const launchPatienceMs = 90_000;

export interface Client {
  api: Api;
  /** The first request of a call. `path` is below the API's own. */
  get(path: string, call: Call): Promise<AuthorizedExchange>;
  /** One more, when the provider's read pace allows. */
  getNext(path: string, call: Call): Promise<AuthorizedExchange>;
  /** A request that changes something: on a connection of its own, never sent twice by itself. */
  change(method: 'GET' | 'POST', path: string, call: Call): Promise<AuthorizedExchange>;
  create(body: object, correlationId: string, call: LaunchCall): Promise<AuthorizedExchange>;
  launch(configId: string, correlationId: string, call: LaunchCall): Promise<AuthorizedExchange>;
  failed(exchange: AuthorizedExchange, on?: FailedCall['on'], instead?: string): CallFailure;
  close(): Promise<void>;
}

const accept = { accept: 'application/hal+json, application/json;q=0.9' };

export function createClient(
  config: Pick<DespInsulaConfig, 'baseUrl' | 'generation'>,
  tokens: TokenSource,
  limits: HttpLimits,
  launchLimits: HttpLimits,
): Client {
  const api = apiOf(config.baseUrl);
  const callOf = (on: FailedCall['on']): FailedCall => ({ on, origin: api.origin, generation: config.generation });
  const usual = createAuthorizedClient(createHttpClient(api.origin, limits), tokens, (answer) =>
    refusesCredentials(answer, callOf('other')),
  );
  const shared = { ...tokens, close: async () => {} };
  const launches = createAuthorizedClient(createHttpClient(api.origin, launchLimits), shared, (answer) =>
    refusesCredentials(answer, callOf('launch')),
  );
  /** Whether this server knows its addresses with a slash at their end only. */
  let slash: '' | '/' = '';

  const get = (path: string, { signal, readSlot }: Call) =>
    usual.send({ method: 'GET', path: `${api.path}${path}`, headers: accept }, signal, readSlot);
  const headersOf = (correlationId: string) => ({ ...accept, 'x-correlation-id': correlationId });

  return {
    api,
    get,
    async getNext(path, call) {
      return (await call.readSlot()) ? get(path, call) : { kind: 'noCredentials', failure: noSlot };
    },
    change: (method, path, { signal, readSlot }) =>
      usual.send({ method, path: `${api.path}${path}`, headers: accept, fresh: true }, signal, readSlot),
    async create(body, correlationId, { signal, launchSlot }) {
      const send = (end: '' | '/') =>
        usual.send(
          {
            method: 'POST',
            path: `${api.path}/jobConfigs${end}`,
            headers: { ...headersOf(correlationId), 'content-type': 'application/json' },
            body: JSON.stringify(body),
            fresh: true,
          },
          signal,
          launchSlot,
        );
      const first = await send(slash);
      if (first.kind !== 'answer' || (first.status !== 404 && first.status !== 405)) return first;
      // Old servers are told of with the slash, new ones do not know it.
      if (!(await launchSlot())) return { kind: 'noCredentials', failure: noSlot };
      const other = slash === '' ? '/' : '';
      const second = await send(other);
      if (second.kind !== 'answer' || (second.status !== 404 && second.status !== 405)) slash = other;
      return second;
    },
    launch: (configId, correlationId, { signal, launchSlot }) =>
      launches.send(
        {
          method: 'POST',
          path: `${api.path}/jobConfigs/${configId}/launch${slash}`,
          headers: headersOf(correlationId),
          fresh: true,
        },
        signal,
        launchSlot,
      ),
    failed: (exchange, on = 'other', instead) =>
      exchange.kind === 'noCredentials' ? exchange.failure : failureOf(exchange, callOf(on), instead),
    async close() {
      await Promise.all([usual.close(), launches.close()]);
    },
  };
}
