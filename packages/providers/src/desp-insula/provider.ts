import type { Provider } from '@nightpass/core';
import type { ReadSecret } from '../auth/secrets.ts';
import { createTokenSource } from '../auth/token-source.ts';
import { createDownloads } from '../http/download.ts';
import { type HttpLimits, usualHttpLimits } from '../http/http-client.ts';
import { cancel } from './cancel.ts';
import { createCatalogue } from './catalogue.ts';
import { createClient, launchPatienceMs } from './client.ts';
import type { DespInsulaConfig } from './config.ts';
import { createSearch } from './find-launch.ts';
import { launch } from './launch.ts';
import { look, lookMany } from './look.ts';
import { likenessOf } from './payload.ts';
import { readPage } from './replies.ts';
import { results } from './results.ts';
import { createSurvey } from './survey.ts';

export interface AdapterOptions {
  readSecret: ReadSecret;
  limits?: Partial<HttpLimits>;
}

/** Lists show whole configs, inputs included. */
const bodyBytes = 32 * 1024 * 1024;

/** DESP User Workflow, Insula, and their older kin. @throws when the config's secrets cannot be read. */
export function createDespInsula(config: DespInsulaConfig, { readSecret, limits }: AdapterOptions): Provider {
  const usual = { ...usualHttpLimits, bodyBytes, ...limits };
  const launchLimits = { ...usualHttpLimits, headersMs: launchPatienceMs, ...limits };
  const tokens = createTokenSource(config.auth, { readSecret, limits: usual });
  const client = createClient(config, tokens, usual, launchLimits);
  const downloads = createDownloads({
    origin: client.api.origin,
    tokens,
    limits: usual,
    failureOf: (exchange) => client.failed(exchange),
    // A page, or a redirect to another host, is no sign-in here: files may be pages, and lie in a store of their own.
    refusesCredentials: (answer) => answer.status >= 400 && client.failed(answer).kind === 'unauthorized',
  });
  return {
    findsBy: 'key',
    aloneWith: likenessOf,
    launch: (request, call) => launch(client, config, request, call),
    look: (job, call) => look(client, job, call),
    lookMany: (jobs, call) => lookMany(client, jobs, call),
    findLaunch: createSearch(client),
    cancel: (job, call) => cancel(client, job, call),
    results: (job, call) => results(client, job, call),
    catalogue: createCatalogue(client),
    survey: createSurvey(client),

    /** Lists services: reads only, and needs the credentials. */
    async probe(call) {
      const exchange = await client.get('/services?page=0&size=1', call);
      const page = exchange.kind === 'answer' && exchange.status === 200 && readPage(exchange.json, (row) => row);
      return page ? { kind: 'ok', detail: 'the platform lists its services' } : client.failed(exchange);
    },

    open: downloads.open,
    close: async () => void (await Promise.all([client.close(), downloads.close()])),
  };
}
