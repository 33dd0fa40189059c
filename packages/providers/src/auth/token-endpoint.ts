import type { CallFailure } from '@nightpass/core';
import { z } from 'zod';
import { type Answer, createHttpClient, type HttpClient, type HttpLimits } from '../http/http-client.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { excerpt, reasonLine } from '../http/text-excerpt.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { withoutSecrets } from './secrets.ts';

/** Requests to whoever gives tokens, one each, and what their answers come to. Nothing is sent to the platform in them. */

export interface Granted {
  accessToken: string;
  /** From the moment at which it was asked for. */
  lifeMs: number;
  /** To get the next one with. */
  refreshToken: string | undefined;
  refreshLifeMs: number | undefined;
}

/** Where no lifetime is given. */
const unknownLifeMs = 300_000;
const longestLifeMs = 86_400_000;

const token = z.string().regex(/^[\x21-\x7e]+$/);
const seconds = z.coerce.number().positive().optional().catch(undefined);
const grantedBody = z.object({
  access_token: token,
  expires_in: seconds,
  refresh_token: token.optional().catch(undefined),
  refresh_expires_in: seconds,
});

/** Who is asked, in the words and the rules of a failure. */
export interface Desk {
  name: string;
  rules: { down: string; throttled: string; refused: string };
}

export const tokenDesk: Desk = {
  name: 'token endpoint',
  rules: { down: 'token-endpoint-down', throttled: 'token-endpoint-throttled', refused: 'token-refused' },
};

export interface Post {
  url: string;
  form: Record<string, string>;
  authorization?: string | undefined;
}

export interface TokenClient {
  get(url: string, desk: Desk, signal: AbortSignal): Promise<Answer | CallFailure>;
  /** Secrets are taken out of the answer by whoever shows it: `failureOf` does. */
  post(post: Post, desk: Desk, signal: AbortSignal): Promise<Answer | CallFailure>;
  close(): Promise<void>;
}

/** A client of each origin that is asked. */
export function createTokenClient(limits: HttpLimits): TokenClient {
  const clients = new Map<string, HttpClient>();
  async function send(
    url: string,
    request: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
    desk: Desk,
    signal: AbortSignal,
  ): Promise<Answer | CallFailure> {
    const { origin, pathname, search } = new URL(url);
    const http = clients.get(origin) ?? createHttpClient(origin, limits);
    clients.set(origin, http);
    const exchange = await http.send({ ...request, path: `${pathname}${search}` }, signal);
    if (exchange.kind === 'answer') return exchange;
    return { kind: 'notSent', rule: desk.rules.down, reason: `${desk.name}: ${exchange.reason}` };
  }
  return {
    get: (url, desk, signal) => send(url, { method: 'GET', headers: { accept: 'application/json' } }, desk, signal),
    post({ url, form, authorization }, desk, signal) {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      };
      const body = new URLSearchParams(form).toString();
      return send(url, { method: 'POST', headers, body }, desk, signal);
    },
    async close() {
      await Promise.all([...clients.values()].map((http) => http.close()));
    },
  };
}

/** The tokens of an answer; undefined where it holds none that can be used. They are secrets from here on. */
export function grantedIn(answer: Answer, secrets: KnownSecrets): Granted | undefined {
  const parsed = answer.status < 300 ? grantedBody.safeParse(answer.json) : undefined;
  if (!parsed?.success) return undefined;
  const { access_token, expires_in, refresh_token, refresh_expires_in } = parsed.data;
  secrets.learn(access_token);
  if (refresh_token !== undefined) secrets.learn(refresh_token);
  return {
    accessToken: access_token,
    lifeMs: Math.min(expires_in === undefined ? unknownLifeMs : expires_in * 1000, longestLifeMs),
    refreshToken: refresh_token,
    refreshLifeMs: refresh_expires_in === undefined ? undefined : refresh_expires_in * 1000,
  };
}

/** What an answer without usable content means. */
export function failureOf(answer: Answer, desk: Desk, secrets: KnownSecrets): CallFailure {
  const { status, headers } = answer;
  // A 2xx may hold a token that we could not read: nothing of it is shown.
  const said =
    status < 300 ? `no usable ${desk === tokenDesk ? 'token' : 'content'} in the answer` : excerptOf(answer, secrets);
  const reason = reasonLine(`${desk.name} answered ${status}${said ? `: ${said}` : ''}`);
  if (status === 429) {
    const waitMs = retryAfterMs(headers['retry-after'], { nowMs: Date.now(), date: headers.date });
    return { kind: 'throttled', rule: desk.rules.throttled, reason, retryAfterMs: waitMs };
  }
  if (status < 300 || status >= 500 || status === 408) return { kind: 'notSent', rule: desk.rules.down, reason };
  return { kind: 'unauthorized', rule: desk.rules.refused, reason };
}

const excerptOf = (answer: Answer, secrets: KnownSecrets) =>
  excerpt(withoutSecrets(answer, [...secrets.all(), ...tokensIn(answer.text)]));

/** A refusal, or the answer of a gateway on the way, may carry a token all the same: one that we do not know. */
function tokensIn(text: string): string[] {
  return [...text.matchAll(/(?:token|device_code)\\*"\s*:\s*\\*"((?:[^"\\]|\\[^"])*)/gi)].map(
    ([, found]) => found ?? '',
  );
}
