import { setMaxListeners } from 'node:events';
import type { CallFailure } from '@nightpass/core';
import type { KnownSecrets } from './known-secrets.ts';
import type { Granted } from './token-endpoint.ts';
import type { Credential, TokenSource } from './token-source.ts';

export interface RenewingOptions {
  /** Asks for a token. Called once at a time; aborted when the source is closed. */
  ask(signal: AbortSignal): Promise<Granted | CallFailure>;
  secrets: KnownSecrets;
  clockMs: (() => number) | undefined;
  close(): Promise<void>;
}

interface Token {
  value: string;
  /** From here on another is asked for, while this one still works. */
  renewAtMs: number;
  endsAtMs: number;
}

/** While the endpoint is down and the token still works, one call in this time asks again. */
const askAgainMs = 15_000;

/** A bearer token, renewed at half of its life; one request at a time, shared by all callers. */
export function renewingToken(options: RenewingOptions): TokenSource {
  const clockMs = options.clockMs ?? (() => performance.now());
  const closing = new AbortController();
  let token: Token | undefined;
  let flight: Promise<Token | CallFailure> | undefined;

  async function ask(): Promise<Token | CallFailure> {
    const askedAtMs = clockMs();
    const granted = await options.ask(closing.signal);
    if (!('accessToken' in granted)) return granted;
    const { accessToken, lifeMs } = granted;
    token = { value: accessToken, renewAtMs: askedAtMs + lifeMs / 2, endsAtMs: askedAtMs + lifeMs };
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
    secrets: () => options.secrets.all(),
    async close() {
      closing.abort();
      await options.close();
    },
  };
}

const authorizationOf = (token: Token) => `Bearer ${token.value}`;

function credentialOf(token: Token | CallFailure): Credential {
  return 'value' in token ? { kind: 'credential', authorization: authorizationOf(token) } : token;
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
