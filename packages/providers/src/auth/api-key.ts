import { setMaxListeners } from 'node:events';
import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import { type Answer, createHttpClient, type HttpLimits } from '../http/http-client.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import { withoutSecrets } from './secrets.ts';
import type { Credential, TokenSource } from './token-source.ts';

export interface ApiKeyOptions {
  tokenUrl: string;
  /** @throws when the key cannot be read. */
  readKey: () => string;
  limits: HttpLimits;
  clockMs?: () => number;
}

interface Token {
  value: string;
  /** From here on another is asked for, while this one still works. */
  renewAtMs: number;
  endsAtMs: number;
}

/** Where the token endpoint gives no lifetime. */
const unknownLifetimeMs = 300_000;
const longestLifetimeMs = 86_400_000;
/** While the endpoint is down and the token still works, one call in this time asks again. */
const askAgainMs = 15_000;

const tokenBody = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** An API key changed for a bearer token, renewed at half of its life; one request at a time, shared by all callers. */
export function apiKeySource(options: ApiKeyOptions): TokenSource {
  const clockMs = options.clockMs ?? (() => performance.now());
  const { origin, pathname, search } = new URL(options.tokenUrl);
  const http = createHttpClient(origin, options.limits);
  const closing = new AbortController();
  let key = options.readKey();
  let token: Token | undefined;
  let flight: Promise<Token | CallFailure> | undefined;
  const secrets = new Set([key]);

  async function ask(): Promise<Token | CallFailure> {
    try {
      key = options.readKey();
      secrets.add(key);
    } catch {
      // Being replaced at this moment, perhaps: the key we hold is tried.
    }
    const askedAtMs = clockMs();
    const exchange = await http.send(
      {
        method: 'POST',
        path: `${pathname}${search}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams({ apikey: key, grant_type: 'api_key', client_id: 'IDP' }).toString(),
      },
      closing.signal,
    );
    if (exchange.kind !== 'answer') {
      return { kind: 'notSent', rule: 'token-endpoint-down', reason: `token endpoint: ${exchange.reason}` };
    }
    const parsed = exchange.status < 300 ? tokenBody.safeParse(exchange.json) : undefined;
    if (!parsed?.success) return tokenFailure(withoutSecrets(exchange, [...secrets, ...tokensIn(exchange.text)]));
    const lifeMs = Math.min((parsed.data.expires_in ?? unknownLifetimeMs / 1000) * 1000, longestLifetimeMs);
    token = { value: parsed.data.access_token, renewAtMs: askedAtMs + lifeMs / 2, endsAtMs: askedAtMs + lifeMs };
    secrets.add(token.value);
    // Tokens long over need no hiding, and a month of nights would pile them up.
    if (secrets.size > 32) for (const old of [...secrets].slice(0, 8)) if (old !== key) secrets.delete(old);
    return token;
  }

  async function asked(signal: AbortSignal): Promise<Token | CallFailure> {
    flight ??= ask().finally(() => {
      flight = undefined;
    });
    return (
      (await unlessAborted(flight, signal)) ?? { kind: 'notSent', rule: 'called-off', reason: 'it was called off' }
    );
  }

  return {
    async current(signal) {
      const held = token;
      if (held && clockMs() < held.renewAtMs) return credentialOf(held);
      const fresh = await asked(signal);
      if ('value' in fresh || !held || token !== held || clockMs() >= held.endsAtMs) return credentialOf(fresh);
      held.renewAtMs = clockMs() + askAgainMs;
      return credentialOf(held);
    },
    async renewed(refused, signal) {
      if (token && authorizationOf(token) !== refused) return credentialOf(token);
      token = undefined;
      return credentialOf(await asked(signal));
    },
    secrets: () => [...secrets],
    async close() {
      closing.abort();
      await http.close();
    },
  };
}

const authorizationOf = (token: Token) => `Bearer ${token.value}`;

function credentialOf(token: Token | CallFailure): Credential {
  return 'value' in token ? { kind: 'credential', authorization: authorizationOf(token) } : token;
}

/** A refusal, or the answer of a gateway on the way, may carry a token all the same: one that we do not know. */
function tokensIn(text: string): string[] {
  return [...text.matchAll(/token\\*"\s*:\s*\\*"((?:[^"\\]|\\[^"])*)/gi)].map(([, token]) => token ?? '');
}

/** Nothing was sent to the platform in any of these. */
function tokenFailure(answer: Answer): CallFailure {
  const { status } = answer;
  // A 2xx may hold a token that we could not read: nothing of it is shown.
  const said = status < 300 ? 'no usable token in the answer' : excerpt(answer);
  const reason = reasonLine(`token endpoint answered ${status}${said ? `: ${said}` : ''}`);
  if (status === 429) {
    const waitMs = retryAfterMs(answer.headers['retry-after'], { nowMs: Date.now(), date: answer.headers.date });
    return { kind: 'throttled', rule: 'token-endpoint-throttled', reason, retryAfterMs: waitMs };
  }
  if (status < 300 || status >= 500 || status === 408) return { kind: 'notSent', rule: 'token-endpoint-down', reason };
  return { kind: 'unauthorized', rule: 'token-refused', reason };
}

/** The shared work goes on for the others when one caller is called off. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined);
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
