import type { CallFailure } from '@nightpass/core';
import type { Answer, Exchange, HttpClient, HttpRequest } from '../http/http-client.ts';
import { withoutSecrets } from './secrets.ts';
import type { TokenSource } from './token-source.ts';

/** An exchange, or what kept us from having credentials for it (nothing was sent then). */
export type AuthorizedExchange = Exchange | { kind: 'noCredentials'; failure: CallFailure };

/** What an adapter answers when its call was given no slot for its next request. */
export const noSlot: CallFailure = {
  kind: 'notSent',
  rule: 'no-slot',
  reason: 'the provider is held, or we are stopping',
};

/** A slot not used within this time is given up for another. */
const lateMs = 200;

export interface AuthorizedClient {
  /**
   * @param again another slot, awaited before the request is sent once more, or where logging in took its slot's time;
   *   false: there is none, and it is not sent
   */
  send(request: HttpRequest, signal: AbortSignal, again: () => Promise<boolean>): Promise<AuthorizedExchange>;
  close(): Promise<void>;
}

/**
 * Sends one request with the current credentials. Where the platform refuses those, they are renewed once and the
 * request is sent once more: safe for a launch too, because that refusal comes before any effect.
 */
export function createAuthorizedClient(
  http: HttpClient,
  tokens: TokenSource,
  refusesCredentials: (answer: Answer) => boolean,
): AuthorizedClient {
  async function sendAs(
    authorization: string | undefined,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
    const exchange = await http.send({ ...request, headers }, signal);
    return exchange.kind === 'answer' ? withoutSecrets(exchange, tokens.secrets()) : exchange;
  }

  return {
    async send(request, signal, again) {
      const askedMs = performance.now();
      const held = await tokens.current(signal);
      if (held.kind !== 'credential') return { kind: 'noCredentials', failure: held };
      // Its slot went by while we logged in: those who waited with it must not all be sent now.
      if (performance.now() - askedMs > lateMs && !(await again())) return { kind: 'noCredentials', failure: noSlot };
      const first = await sendAs(held.authorization, request, signal);
      if (first.kind !== 'answer' || !refusesCredentials(first)) return first;
      const other = await tokens.renewed(held.authorization, signal);
      if (other === undefined) return first;
      if (other.kind !== 'credential') return { kind: 'noCredentials', failure: other };
      if (!(await again())) return { kind: 'noCredentials', failure: noSlot };
      return sendAs(other.authorization, request, signal);
    },
    async close() {
      await Promise.all([http.close(), tokens.close()]);
    },
  };
}
