import type { AuthConfig, CallFailure } from '@nightpass/core';
import type { HttpLimits } from '../http/http-client.ts';
import { apiKeySource } from './api-key.ts';
import { oidcSource } from './oidc.ts';
import { type ReadSecret, secretOf } from './secrets.ts';

/** What goes into the Authorization header; undefined for none. */
export type Credential = { kind: 'credential'; authorization: string | undefined } | CallFailure;

/** Where the credentials of one provider come from. */
export interface TokenSource {
  current(signal: AbortSignal): Promise<Credential>;
  /** Another credential after the platform refused this one; undefined where there is no other. */
  renewed(refused: string | undefined, signal: AbortSignal): Promise<Credential | undefined>;
  /** Every value that must never be shown. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

export interface TokenSourceOptions {
  readSecret: ReadSecret;
  limits: HttpLimits;
  /** The platform's own, where the config names none. */
  defaultTokenUrl?: string;
  /** Milliseconds of a clock that never jumps. */
  clockMs?: () => number;
}

/** @throws when the config is not usable: a secret missing, a kind that is not there. The message names keys, no values. */
export function createTokenSource(auth: AuthConfig, options: TokenSourceOptions): TokenSource {
  switch (auth.kind) {
    case 'none':
      return {
        current: async () => ({ kind: 'credential', authorization: undefined }),
        renewed: async () => undefined,
        secrets: () => [],
        close: async () => {},
      };
    case 'bearer':
      return staticSource(() => {
        const token = secretOf(auth, 'token', options.readSecret);
        return { authorization: `Bearer ${usableInHeader(token)}`, secrets: [token] };
      });
    case 'basic':
      return staticSource(() => {
        const username = secretOf(auth, 'username', options.readSecret);
        const password = secretOf(auth, 'password', options.readSecret);
        if (username.includes(':')) throw new Error('auth: a user name for basic authentication holds no ":"');
        const encoded = Buffer.from(`${username}:${password}`).toString('base64');
        return { authorization: `Basic ${encoded}`, secrets: [encoded, password] };
      });
    case 'api-key': {
      const tokenUrl = auth.tokenUrl ?? options.defaultTokenUrl;
      if (tokenUrl === undefined) throw new Error('auth: this kind of provider needs a tokenUrl for its api-key');
      const { remember } = options.readSecret;
      const readKey = () => secretOf(auth, 'key', options.readSecret);
      return apiKeySource({ ...options, tokenUrl, remember, readKey });
    }
    case 'oidc':
      return oidcSource({ ...options, auth });
    default:
      throw new Error(`auth: unknown kind ${(auth satisfies never as { kind: string }).kind}`);
  }
}

function usableInHeader(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('auth: the token holds characters that no header may hold');
  return token;
}

/** Credentials that somebody else renews: on a refusal they are read again, for a file may have been replaced. */
function staticSource(read: () => { authorization: string; secrets: string[] }): TokenSource {
  let held = read();
  const everHeld = new Set(held.secrets);
  return {
    current: async () => ({ kind: 'credential', authorization: held.authorization }),
    async renewed(refused) {
      try {
        held = read();
      } catch {
        return undefined;
      }
      for (const secret of held.secrets) everHeld.add(secret);
      return held.authorization === refused ? undefined : { kind: 'credential', authorization: held.authorization };
    },
    secrets: () => [...everHeld],
    close: async () => {},
  };
}
