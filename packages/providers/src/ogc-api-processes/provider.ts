import type { Call, LaunchAnswer, LookAnswer, Provider, RemoteJob } from '@nightpass/core';
import { type AuthorizedExchange, createAuthorizedClient, noSlot } from '../auth/authorized-client.ts';
import type { ReadSecret } from '../auth/secrets.ts';
import { createTokenSource } from '../auth/token-source.ts';
import { createDownloads } from '../http/download.ts';
import { refused } from '../http/failure-table.ts';
import { createHttpClient, type HttpLimits, usualHttpLimits } from '../http/http-client.ts';
import { baseOf } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { createSharedReading } from '../shared-reading.ts';
import { addressHere, processPath } from './address.ts';
import { createCatalogue, readDescription } from './catalogue.ts';
import type { OgcApiProcessesConfig } from './config.ts';
import { failureOf, isPassing, refusesCredentials, said } from './failures.ts';
import { findLaunch, readList } from './find-launch.ts';
import { launchAnswer, launchRequest } from './launch.ts';
import type { Get, Listing } from './list-jobs.ts';
import { lookMany } from './look-many.ts';
import { probe } from './probe.ts';
import { isPage } from './replies.ts';
import { resultsAnswer } from './results.ts';
import { isAbout, readStatus, stateOf } from './status.ts';

export interface AdapterOptions {
  readSecret: ReadSecret;
  limits?: Partial<HttpLimits>;
}

/** A search reads many pages, and one bad answer among them would make it no answer at all. */
const triesPerRead = 3;

const accept = { accept: 'application/json' };
const notAJob = refused('address-refused', 'the address is not one of a job here');

/** OGC API - Processes, part 1: version 1.0 and the draft of 2.0. @throws when the config's secrets cannot be read. */
export function createOgcApiProcesses(config: OgcApiProcessesConfig, options: AdapterOptions): Provider {
  const base = baseOf(config.baseUrl);
  const limits = { ...usualHttpLimits, ...options.limits };
  const tokens = createTokenSource(config.auth, { readSecret: options.readSecret, limits });
  const api = createAuthorizedClient(createHttpClient(base.origin, limits), tokens, refusesCredentials);
  const get = (path: string, { signal, readSlot }: Call) =>
    api.send({ method: 'GET', path, headers: accept }, signal, readSlot);
  // Some servers show a page for people to whoever does not ask for JSON.
  const ownHeaders = { accept: 'application/json, */*;q=0.5' };
  const downloads = createDownloads({
    origin: base.origin,
    tokens,
    limits,
    refusesCredentials,
    failureOf,
    ownHeaders,
  });
  const lists = createSharedReading<Listing>();
  const descriptions = createSharedReading<Awaited<ReturnType<typeof readDescription>>>();
  /** Processes that were seen to run at once: their lost launches may be in no list. */
  const ranAtOnce = new Set<string>();

  /** Each with a slot of its own, and again while it fails in passing. */
  const patiently =
    (call: Call): Get =>
    async (path) => {
      for (let tries = 1; ; tries++) {
        if (!(await call.readSlot())) return { kind: 'noCredentials', failure: noSlot };
        const exchange = await get(path, call);
        if (tries === triesPerRead || call.signal.aborted || !isPassing(exchange)) return exchange;
      }
    };

  return {
    findsBy: 'elimination',
    // By elimination alone, two that are in doubt at once would be taken for each other.
    ...(config.soleClient && { aloneWith: (task) => task.process.id }),

    async launch({ task, attempt }, call) {
      const process = processPath(base, task.process.id);
      if (process === undefined) return refused('process-id-unusable', 'the process id can stand in no path');
      const path = `${process}/execution`;
      const exchange = await api.send(launchRequest(path, task, attempt, config), call.signal, call.launchSlot);
      const answer = launchAnswer(base, path, exchange);
      if (isSynchronous(exchange, answer)) ranAtOnce.add(task.process.id);
      return answer;
    },

    async look(job, call) {
      const path = addressHere(base, job.address);
      return path === undefined ? notAJob : lookAnswer(await get(path, call), job);
    },

    ...(config.list === 'auto' && {
      lookMany(jobs, call) {
        let isFirst = true;
        const paced: Get = async (path) => {
          if (!isFirst && !(await call.readSlot())) return { kind: 'noCredentials', failure: noSlot };
          isFirst = false;
          return get(path, call);
        };
        return lookMany(paced, base, jobs);
      },
    }),

    async findLaunch(request, call) {
      if (processPath(base, request.task.process.id) === undefined) {
        return { kind: 'notFound', rule: 'never-sendable', reason: 'the process id fits in no path' };
      }
      if (config.list === 'off') {
        return { kind: 'cannotTell', rule: 'list-off', reason: 'the list of jobs is not to be read (see list)' };
      }
      const read = patiently(call);
      const search = {
        get: read,
        list: (id: string, since: string) => lists(JSON.stringify([id, since]), () => readList(read, base, id, since)),
        async runsAtOnce(id: string) {
          if (ranAtOnce.has(id)) return true;
          const described = await descriptions(id, () => readDescription(read, base, id, call));
          if (described.kind === 'missing' || described.kind === 'rejected') return false;
          if (described.kind !== 'read') return described;
          const { jobControlOptions } = described.process;
          return jobControlOptions !== undefined && !jobControlOptions.includes('async-execute');
        },
      };
      return findLaunch(request, search, base, config);
    },

    async cancel(job, { signal, readSlot }) {
      const path = addressHere(base, job.address);
      if (path === undefined) return notAJob;
      const exchange = await api.send({ method: 'DELETE', path, headers: accept }, signal, readSlot);
      if (exchange.kind !== 'answer') return failureOf(exchange);
      // Dismissed, or removed: the next look tells. The media type of this answer is often a wrong one.
      if (exchange.status >= 200 && exchange.status < 300) return { kind: 'cancelling' };
      if (exchange.status === 404 || exchange.status === 410) return { kind: 'gone', reason: goneReason(exchange) };
      return failureOf(exchange);
    },

    async results(job, call) {
      const path = addressHere(base, job.address);
      if (path === undefined) return notAJob;
      return resultsAnswer(base, `${path}/results`, await get(`${path}/results`, call));
    },

    open: (link, fromByte, call) => downloads.open(link, fromByte, call),

    probe: (call) => probe(get, base, config, call),
    catalogue: createCatalogue(get, base),
    close: async () => void (await Promise.all([api.close(), downloads.close()])),
  };
}

/** It was, as far as can be seen: also where its result could not be read. */
function isSynchronous(exchange: AuthorizedExchange, answer: LaunchAnswer): boolean {
  if (answer.kind === 'done') return true;
  return exchange.kind === 'answer' && exchange.status === 200 && answer.kind === 'ambiguous' && !isPage(exchange);
}

function goneReason(answer: { status: number; text: string; json: unknown }): string {
  return reasonLine([`HTTP ${answer.status}`, said(answer)].filter(Boolean).join(': '));
}

function lookAnswer(exchange: AuthorizedExchange, job: RemoteJob): LookAnswer {
  if (exchange.kind !== 'answer') return failureOf(exchange);
  if (exchange.status === 404 || exchange.status === 410) return { kind: 'missing', reason: goneReason(exchange) };
  const info = exchange.status === 200 ? readStatus(exchange.json) : undefined;
  if (!info) return failureOf(exchange);
  // A cache on the way may answer with another job: its end is not this one's.
  if (!isAbout(info, job.id)) return failureOf(exchange, 'HTTP 200: the answer is about another job');
  return { kind: 'seen', state: stateOf(info) };
}
