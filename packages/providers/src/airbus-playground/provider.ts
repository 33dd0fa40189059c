import type { Call, CallFailure, LaunchAnswer, LaunchRequest, LookAnswer, Provider, RemoteJob } from '@nightpass/core';
import { type AuthorizedExchange, createAuthorizedClient, noSlot } from '../auth/authorized-client.ts';
import type { ReadSecret } from '../auth/secrets.ts';
import { createTokenSource } from '../auth/token-source.ts';
import { createDownloads } from '../http/download.ts';
import { refused } from '../http/failure-table.ts';
import { createHttpClient, type HttpLimits, usualHttpLimits } from '../http/http-client.ts';
import { type Base, baseOf } from '../http/paths.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import { createSharedReading } from '../shared-reading.ts';
import { addressHere, jobFrom, jobsPath } from './address.ts';
import { createCatalogue } from './catalogue.ts';
import { type AirbusPlaygroundConfig, defaultTokenUrl } from './config.ts';
import { failureOf, refusesCredentials } from './failures.ts';
import { findLaunch, readSharedList, type SharedList } from './find-launch.ts';
import { payloadOf } from './payload.ts';
import { recordsOf } from './records.ts';
import { readJob, stateOf, tracesOf } from './replies.ts';
import { createSurvey } from './survey.ts';

export interface AdapterOptions {
  readSecret: ReadSecret;
  limits?: Partial<HttpLimits>;
}

/** A search reads many pages, and one bad answer among them would make it no answer at all. */
const triesPerRead = 3;

const accept = { accept: 'application/json' };

/** What did not give what it was made for, credentials included. */
function failed(exchange: AuthorizedExchange, instead?: string): CallFailure {
  return exchange.kind === 'noCredentials' ? exchange.failure : failureOf(exchange, instead);
}

/** Airbus Intelligence Playground, "Geo Processes Manager API". @throws when the config's secrets cannot be read. */
export function createAirbusPlayground(config: AirbusPlaygroundConfig, options: AdapterOptions): Provider {
  const base = baseOf(config.baseUrl);
  const sharedLists = createSharedReading<SharedList>();
  const limits = { ...usualHttpLimits, ...options.limits };
  const tokens = createTokenSource(config.auth, { readSecret: options.readSecret, limits, defaultTokenUrl });
  const api = createAuthorizedClient(createHttpClient(base.origin, limits), tokens, refusesCredentials);
  const downloads = createDownloads({ origin: base.origin, tokens, limits, refusesCredentials, failureOf });
  const get = (path: string, { signal, readSlot }: Call) =>
    api.send({ method: 'GET', path, headers: accept }, signal, readSlot);

  return {
    findsBy: config.launchNameToken ? 'key' : 'elimination',
    async launch(request, call) {
      const path = jobsPath(base, request.task.process.id);
      if (path === undefined) return refused('process-id-unusable', 'the process id can stand in no path');
      const exchange = await api.send(
        {
          method: 'POST',
          path,
          headers: {
            ...accept,
            'content-type': 'application/json',
            'x-correlation-id': `${request.task.id}.${request.attempt}`,
          },
          body: JSON.stringify(payloadOf(request, config)),
          fresh: true,
        },
        call.signal,
        call.launchSlot,
      );
      return launchAnswer(exchange, request);
    },

    async look(job, call) {
      const path = addressHere(base, job.address);
      if (path === undefined) return refused('address-refused', 'the address is not one of a job here');
      return lookAnswer(base, await get(path, call), { ...job, address: path });
    },

    findLaunch(request, call) {
      const paced = async (path: string): Promise<AuthorizedExchange> => {
        for (let tries = 1; ; tries++) {
          if (!(await call.readSlot())) return { kind: 'noCredentials', failure: noSlot };
          const exchange = await get(path, call);
          if (tries === triesPerRead || call.signal.aborted || !isPassing(exchange)) return exchange;
        }
      };
      const list = (path: string, projectId: string) =>
        sharedLists(JSON.stringify([path, projectId]), () => readSharedList(paced, path, projectId));
      return findLaunch(list, base, config, request);
    },

    async cancel(job, { signal, readSlot }) {
      const path = addressHere(base, job.address);
      if (path === undefined) return refused('address-refused', 'the address is not one of a job here');
      const exchange = await api.send({ method: 'DELETE', path, headers: accept }, signal, readSlot);
      if (exchange.kind !== 'answer') return failed(exchange);
      if (exchange.status === 202) return { kind: 'cancelling' };
      if (exchange.status === 200 || exchange.status === 204) return { kind: 'gone', reason: 'killed and removed' };
      if (exchange.status === 404 || exchange.status === 410) return { kind: 'gone', reason: goneReason(exchange) };
      return failed(exchange);
    },

    /**
     * Lists processes: reads only, and needs the credentials. It also needs a project; where none is configured, the
     * platform's complaint about just that (400) shows that it is there and let us in.
     */
    async probe(call) {
      const query = new URLSearchParams({ page: '1', size: '1' });
      if (config.probeProjectId !== undefined) query.set('projectId', config.probeProjectId);
      const exchange = await get(`${base.prefix}/api/v1/processes?${query}`, call);
      if (exchange.kind !== 'answer') return failed(exchange);
      if (exchange.status === 200 && typeof exchange.json === 'object' && exchange.json !== null) {
        return { kind: 'ok', detail: 'the platform lists its processes' };
      }
      const complains = exchange.status === 400 && typeof exchange.json === 'object' && exchange.json !== null;
      if (complains && config.probeProjectId === undefined) {
        return { kind: 'ok', detail: 'the platform answers; no probeProjectId to list processes with' };
      }
      return failed(exchange);
    },

    survey: createSurvey((path, signal) => get(path, { signal, readSlot: async () => true }), base, config),
    catalogue: createCatalogue(get, base, config),

    open: downloads.open,
    close: async () => void (await Promise.all([api.close(), downloads.close()])),
  };

  function launchAnswer(exchange: AuthorizedExchange, request: LaunchRequest): LaunchAnswer {
    if (exchange.kind !== 'answer' || exchange.status < 200 || exchange.status > 299) return failed(exchange);
    const { id: processId, projectId } = request.task.process;
    const place = jobFrom(base, tracesOf(readJob(exchange.json), exchange), { processId, projectId });
    if (place) return { kind: 'launched', job: place.job, rule: `launched-by-${place.by}` };
    const trouble = exchange.trouble ?? 'no job can be read from the answer';
    return failed(exchange, `HTTP ${exchange.status}: ${trouble}`);
  }
}

/** Trouble of the moment, with no word of when to come again. */
function isPassing(exchange: AuthorizedExchange): boolean {
  if (exchange.kind !== 'answer') return exchange.kind !== 'noCredentials';
  return exchange.status >= 500 && exchange.headers['retry-after'] === undefined;
}

function goneReason(answer: { status: number; text: string; json: unknown }): string {
  return reasonLine([`HTTP ${answer.status}`, excerpt(answer)].filter(Boolean).join(': '));
}

function lookAnswer(base: Base, exchange: AuthorizedExchange, job: RemoteJob): LookAnswer {
  if (exchange.kind !== 'answer') return failed(exchange);
  if (exchange.status === 404 || exchange.status === 410) return { kind: 'missing', reason: goneReason(exchange) };
  const seen = exchange.status === 200 ? readJob(exchange.json) : undefined;
  if (!seen) return failed(exchange);
  // A cache on the way may answer with another job: its end is not this one's.
  if (seen.id !== undefined && seen.id !== job.id) return failed(exchange, 'HTTP 200: the answer is about another job');
  const results = recordsOf(base, seen, job.address);
  return { kind: 'seen', state: { ...stateOf(seen), ...(results && { results }) } };
}
