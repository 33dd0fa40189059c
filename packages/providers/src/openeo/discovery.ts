import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import { noSlot } from '../auth/authorized-client.ts';
import type { Exchange, HttpClient } from '../http/http-client.ts';
import { type Base, hasDotSegments } from '../http/paths.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import { unitReply } from '../read-cost.ts';
import { failureOf } from './failures.ts';

/** One version of a back-end's API. */
export interface Api {
  /** Path before every path of the API, without a slash at its end. */
  prefix: string;
  version: string;
  title: string | undefined;
  /** Whether tokens are sent as they are (1.3), rather than with the way they were got by before them. */
  takesBareTokens: boolean;
  /** What it bills in: a currency, or a unit of its own; undefined: it bills nothing here, and tells no costs. */
  currency: string | undefined;
  /** Whether this is one of the endpoints that it lists; undefined where it lists none. */
  offers(method: string, path: string): boolean | undefined;
}

/** How a call reads: until when, and at which pace. */
export interface Reading {
  signal: AbortSignal;
  /** Awaited before each request; false: it is not to be sent. */
  turn(): Promise<boolean>;
}

export interface Discovery {
  /** The API as it was found within the last hour, or as it is found now: two requests then, shared by all who ask. */
  api(reading: Reading): Promise<Api | CallFailure>;
  /** It is looked for again when next asked for. */
  forget(): void;
}

const calledOff: CallFailure = { kind: 'notSent', rule: 'called-off', reason: 'it was called off' };

const keptMs = 3_600_000;
const jwtClass = /^https:\/\/api\.openeo\.org\/[^/]+\/authentication\/jwt$/;
const accept = { accept: 'application/json' };

const text = z.string().optional().catch(undefined);
const versionsReply = z.object({
  versions: z.array(
    z
      .object({ url: z.string(), api_version: z.string(), production: z.boolean().catch(false) })
      .nullable()
      .catch(null),
  ),
});
const capabilitiesReply = z.object({
  api_version: z.string(),
  title: text,
  conformsTo: z.array(z.string()).catch([]),
  billing: z.object({ currency: unitReply }).optional().catch(undefined),
  endpoints: z
    .array(z.object({ path: z.string(), methods: z.array(z.string()) }))
    .optional()
    .catch(undefined),
});

export function createDiscovery(base: Base, http: HttpClient, pinned: string | undefined): Discovery {
  /** What all share is called off by none of them. */
  const { signal } = new AbortController();
  let found: { api: Api; atMs: number } | undefined;
  let flight: Promise<Api | CallFailure> | undefined;

  async function get(path: string, { turn }: Reading): Promise<Exchange | CallFailure> {
    if (!(await turn())) return noSlot;
    return http.send({ method: 'GET', path, headers: accept }, signal);
  }

  async function look(reading: Reading): Promise<Api | CallFailure> {
    const listed = await get(`${base.prefix}/.well-known/openeo`, reading);
    if ('rule' in listed) return listed;
    const prefix = prefixIn(listed, base, pinned);
    if (typeof prefix === 'object') return prefix;
    const told = await get(`${prefix}/`, reading);
    if ('rule' in told) return told;
    const parsed = told.kind === 'answer' && told.status === 200 ? capabilitiesReply.safeParse(told.json) : undefined;
    if (!parsed?.success) return failureOf(told);
    const api = apiOf(prefix, parsed.data);
    found = { api, atMs: performance.now() };
    return api;
  }

  return {
    async api(reading) {
      if (found && performance.now() - found.atMs < keptMs) return found.api;
      if (reading.signal.aborted) return calledOff;
      flight ??= look(reading).finally(() => {
        flight = undefined;
      });
      const fresh = await flight;
      // An API that was there an hour ago is likely still there, whatever its front page does now.
      return 'rule' in fresh && found ? found.api : fresh;
    },
    forget() {
      found = undefined;
    },
  };
}

/** Where the best version of the API is. A back-end without a list of versions is its own API. */
function prefixIn(listed: Exchange, base: Base, pinned: string | undefined): string | CallFailure {
  const parsed = listed.kind === 'answer' && listed.status === 200 ? versionsReply.safeParse(listed.json) : undefined;
  if (!parsed?.success) {
    const failure = failureOf(listed);
    const isNoList =
      failure.kind === 'rejected' ||
      (listed.kind === 'answer' && listed.status === 200 && listed.trouble === undefined);
    return isNoList ? base.prefix : failure;
  }
  const versions = parsed.data.versions.filter((one) => one !== null && fits(one.api_version, pinned));
  const [best] = versions
    .filter((one) => one !== null)
    .sort((a, b) => Number(b.production) - Number(a.production) || -compare(a.api_version, b.api_version));
  if (!best) {
    const wanted = pinned ?? '1.x';
    return { kind: 'notSent', rule: 'no-api-version', reason: `the back-end lists no version ${wanted} of its API` };
  }
  const url = URL.canParse(best.url, base.origin) ? new URL(best.url, base.origin) : undefined;
  if (!url || url.host !== new URL(base.origin).host || hasDotSegments(best.url)) {
    const reason = `its API is elsewhere, and credentials go to baseUrl only: is it to be ${best.url}?`;
    return { kind: 'notSent', rule: 'api-elsewhere', reason: reasonLine(reason) };
  }
  return url.pathname.replace(/\/+$/, '');
}

const fits = (version: string, pinned: string | undefined) =>
  pinned === undefined ? /^1\.\d+(\.|$)/.test(version) : version === pinned || version.startsWith(`${pinned}.`);

function compare(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  // Of two that are the same, one that is no mere candidate.
  return Number(b.includes('-')) - Number(a.includes('-'));
}

function apiOf(prefix: string, told: z.infer<typeof capabilitiesReply>): Api {
  const endpoints =
    told.endpoints &&
    new Set(told.endpoints.flatMap(({ path, methods }) => methods.map((method) => `${method.toUpperCase()} ${path}`)));
  return {
    prefix,
    version: reasonLine(told.api_version),
    title: told.title === undefined ? undefined : reasonLine(told.title),
    currency: told.billing?.currency,
    takesBareTokens: told.conformsTo.some((uri) => jwtClass.test(uri)),
    offers: (method, path) => endpoints?.has(`${method} ${path}`),
  };
}
