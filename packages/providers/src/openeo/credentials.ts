import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import { createKnownSecrets } from '../auth/known-secrets.ts';
import { renewingToken } from '../auth/renewing-token.ts';
import { secretOf, withoutSecrets } from '../auth/secrets.ts';
import type { Granted } from '../auth/token-endpoint.ts';
import { type Credential, createTokenSource, type TokenSource, type TokenSourceOptions } from '../auth/token-source.ts';
import type { HttpClient } from '../http/http-client.ts';
import { reasonLine } from '../http/text-excerpt.ts';
import type { OpenEoConfig } from './config.ts';
import type { Api } from './discovery.ts';
import { failureOf } from './failures.ts';

interface Place {
  http: HttpClient;
  /** The API, as its calls have found it. */
  api(signal: AbortSignal): Promise<Api | CallFailure>;
}

/**
 * Credentials as openEO wants them: a token carries before it the way it was got by (`basic//…`, `oidc/<provider>/…`),
 * unless the API takes it bare. A token of kind `bearer` is sent as it is configured.
 * @throws when the config's secrets cannot be read
 */
export function openEoTokens(config: OpenEoConfig, place: Place, options: TokenSourceOptions): TokenSource {
  const { auth } = config;
  if (auth.kind === 'basic') return prefixed(basicTokens(auth, place, options), place, async () => 'basic//');
  const inner = createTokenSource(auth, options);
  if (auth.kind !== 'oidc') return inner;
  const providerId = oidcProviderId(config.oidcProvider, auth.issuer, place);
  return prefixed(inner, place, async (api, signal) => {
    const id = await providerId(api, signal);
    return typeof id === 'string' ? `oidc/${id}/` : id;
  });
}

type PrefixOf = (api: Api, signal: AbortSignal) => Promise<string | CallFailure>;

/** The same tokens with something before them, where the API does not take them bare. */
function prefixed(inner: TokenSource, place: Place, prefixOf: PrefixOf): TokenSource {
  const bearer = 'Bearer ';
  async function dressed(credential: Credential, signal: AbortSignal): Promise<Credential> {
    if (credential.kind !== 'credential' || credential.authorization === undefined) return credential;
    const api = await place.api(signal);
    if ('rule' in api) return nothingSent(api);
    if (api.takesBareTokens) return credential;
    const prefix = await prefixOf(api, signal);
    if (typeof prefix !== 'string') return prefix;
    return { kind: 'credential', authorization: `${bearer}${prefix}${credential.authorization.slice(bearer.length)}` };
  }
  return {
    current: async (signal) => dressed(await inner.current(signal), signal),
    async renewed(refused, signal) {
      const bare = refused?.replace(/^Bearer (?:(?:basic|oidc)\/[^/]*\/)?/, bearer);
      const other = await inner.renewed(bare, signal);
      return other && dressed(other, signal);
    },
    secrets: () => inner.secrets(),
    close: () => inner.close(),
  };
}

const providersReply = z.object({ providers: z.array(z.object({ id: z.string(), issuer: z.string() })) });

/** By which id the back-end knows our issuer. Asked once. */
function oidcProviderId(configured: string | undefined, issuer: string | undefined, { http }: Place) {
  let known = configured;
  const plain = (url: string) => url.replace(/\/+$/, '');
  return async (api: Api, signal: AbortSignal): Promise<string | CallFailure> => {
    if (known !== undefined) return known;
    const told = await http.send({ method: 'GET', path: `${api.prefix}/credentials/oidc`, headers: accept }, signal);
    const parsed = told.kind === 'answer' && told.status === 200 ? providersReply.safeParse(told.json) : undefined;
    if (!parsed?.success) return nothingSent(failureOf(told));
    const { providers } = parsed.data;
    known = providers.find((one) => plain(one.issuer) === plain(issuer ?? ''))?.id;
    if (known !== undefined && /^[\w.~-]+$/.test(known)) return known;
    known = undefined;
    const reason = `the back-end does not trust our issuer, but ${providers.map((one) => one.issuer).join(', ') || 'none'}`;
    return { kind: 'unauthorized', rule: 'issuer-not-trusted', reason: reasonLine(reason) };
  };
}

const accept = { accept: 'application/json' };

const basicReply = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  /** Seen (Earth Engine). */
  access_token_valid_until: z.string().optional().catch(undefined),
});

type BasicAuth = Extract<OpenEoConfig['auth'], { kind: 'basic' }>;

/** A name and a password changed for a token. */
function basicTokens(auth: BasicAuth, { http, api }: Place, { readSecret, clockMs }: TokenSourceOptions): TokenSource {
  const secrets = createKnownSecrets(readSecret.remember);
  const read = () => {
    const name = secretOf(auth, 'username', readSecret);
    const password = secretOf(auth, 'password', readSecret);
    if (name.includes(':')) throw new Error('auth: a user name for basic authentication holds no ":"');
    const encoded = Buffer.from(`${name}:${password}`).toString('base64');
    for (const secret of [password, encoded]) secrets.keep(secret);
    return encoded;
  };
  let encoded = read();

  async function ask(signal: AbortSignal): Promise<Granted | CallFailure> {
    try {
      encoded = read();
    } catch {
      // Being replaced at this moment, perhaps: what we hold is tried.
    }
    const found = await api(signal);
    if ('rule' in found) return nothingSent(found);
    const headers = { ...accept, authorization: `Basic ${encoded}` };
    const told = await http.send({ method: 'GET', path: `${found.prefix}/credentials/basic`, headers }, signal);
    const parsed = told.kind === 'answer' && told.status === 200 ? basicReply.safeParse(told.json) : undefined;
    if (!parsed?.success) {
      return nothingSent(failureOf(told.kind === 'answer' ? withoutSecrets(told, secrets.all()) : told));
    }
    secrets.learn(parsed.data.access_token);
    return {
      accessToken: parsed.data.access_token,
      lifeMs: lifeMs(parsed.data),
      refreshToken: undefined,
      refreshLifeMs: undefined,
    };
  }

  return renewingToken({ ask, secrets, clockMs, close: async () => {} });
}

/** Infinity where the answer does not say: then its refusal tells. */
function lifeMs({ expires_in, access_token_valid_until }: z.infer<typeof basicReply>): number {
  if (expires_in !== undefined) return expires_in * 1000;
  const untilMs = Date.parse(access_token_valid_until ?? '');
  return Number.isNaN(untilMs) ? Number.POSITIVE_INFINITY : Math.max(0, untilMs - Date.now());
}

/** Of logging in: whatever became of it, the call that needed it was not sent. */
function nothingSent(failure: CallFailure): CallFailure {
  const reason = `login: ${failure.reason}`;
  switch (failure.kind) {
    case 'throttled':
      return { ...failure, reason };
    case 'unauthorized':
    case 'rejected':
      return { kind: 'unauthorized', rule: 'login-refused', reason };
    case 'notSent':
    case 'quota':
    case 'ambiguous':
      return { kind: 'notSent', rule: 'login-failed', reason };
    default:
      return failure satisfies never;
  }
}
