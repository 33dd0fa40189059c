import type { Provider } from '@nightpass/core';
import { noSlot } from '../auth/authorized-client.ts';
import type { ReadSecret } from '../auth/secrets.ts';
import { createDownloads } from '../http/download.ts';
import { refused } from '../http/failure-table.ts';
import { createHttpClient, type HttpLimits, usualHttpLimits } from '../http/http-client.ts';
import { baseOf } from '../http/paths.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import { createSharedReading } from '../shared-reading.ts';
import { placeOf } from './address.ts';
import { createCatalogue } from './catalogue.ts';
import { allFree, createClient, firstFree, noneFree } from './client.ts';
import type { OpenEoConfig } from './config.ts';
import { openEoTokens } from './credentials.ts';
import { createDiscovery } from './discovery.ts';
import { codeOf, failed, failedList, failureOf, refusesToken } from './failures.ts';
import { findLaunch } from './find-launch.ts';
import { launch } from './launch.ts';
import { type Listing, listJobs, pageOf, patient } from './list-jobs.ts';
import { look, lookMany } from './look.ts';
import { results } from './results.ts';
import { createSurvey } from './survey.ts';

export interface AdapterOptions {
  readSecret: ReadSecret;
  limits?: Partial<HttpLimits>;
}

/** An openEO back-end, API 1.0 to 1.3, by its batch jobs. @throws when the config's secrets cannot be read. */
export function createOpenEo(config: OpenEoConfig, options: AdapterOptions): Provider {
  const base = baseOf(config.baseUrl);
  const lagMs = config.statusLagSeconds * 1000;
  const limits = { ...usualHttpLimits, ...options.limits };
  const http = createHttpClient(base.origin, limits);
  const discovery = createDiscovery(base, http, config.apiVersion);
  const api = (signal: AbortSignal) => discovery.api({ signal, turn: async () => true });
  const tokens = openEoTokens(config, { http, api }, { readSecret: options.readSecret, limits });
  const client = createClient(http, tokens, discovery);
  const downloads = createDownloads({
    origin: base.origin,
    tokens,
    limits,
    refusesCredentials: refusesToken,
    failureOf: (exchange) => failureOf(exchange),
  });
  const sharedLists = createSharedReading<Listing>();

  return {
    findsBy: 'key',
    launch: (request, call) => launch(client, config, request, call),
    look: (job, call) => look(client, job, lagMs, call),
    lookMany: (jobs, call) => lookMany(client, jobs, lagMs, call),

    findLaunch(request, call) {
      const get = (path: string) => client.get(path, noneFree(call));
      const list = () => sharedLists('jobs', () => listJobs(patient(get, call.signal)));
      return findLaunch(client, list, request, lagMs, call);
    },

    async cancel(job, call) {
      const place = placeOf(job);
      if (!place) return refused('address-refused', 'the address is not one of a job here');
      const reading = firstFree(call);
      const found = await client.api(reading);
      if ('rule' in found) return found;
      if (!(await reading.turn())) return noSlot;
      const request = { method: 'DELETE' as const, path: `${place.path}/results` };
      const exchange = await client.send(found, request, call.signal, call.readSlot);
      if (exchange.kind !== 'answer') return failed(exchange);
      // Said of a job that was not running too: the next look tells what it is now.
      if (exchange.status >= 200 && exchange.status <= 204) return { kind: 'cancelling' };
      if (codeOf(exchange) === 'JobNotStarted') return { kind: 'cancelling' };
      if (exchange.status === 404 || exchange.status === 410) {
        return { kind: 'gone', reason: reasonLine(`HTTP ${exchange.status}: ${excerpt(exchange)}`) };
      }
      return failed(exchange);
    },

    results: (job, call) => results(client, base.origin, job, call),

    /** Reads a page of jobs: what a night needs most, and nobody is let in to it without credentials. */
    async probe(call) {
      const reading = allFree(call);
      const found = await client.api(reading);
      if ('rule' in found) return found;
      const exchange = await client.get('/jobs?limit=1', reading);
      if (!pageOf(exchange)) return failedList(exchange);
      const name = found.title === undefined ? 'the back-end' : `"${found.title}"`;
      return { kind: 'ok', detail: `${name} lists our jobs, by version ${found.version} of its API` };
    },

    survey: createSurvey(client),
    catalogue: createCatalogue(client),
    open: downloads.open,
    close: async () => void (await Promise.all([client.close(), downloads.close()])),
  };
}
