import type { HttpLimits } from '../http/http-client.ts';
import { createKnownSecrets } from './known-secrets.ts';
import { renewingToken } from './renewing-token.ts';
import { createTokenClient, failureOf, grantedIn, tokenDesk } from './token-endpoint.ts';
import type { TokenSource } from './token-source.ts';

export interface ApiKeyOptions {
  tokenUrl: string;
  /** @throws when the key cannot be read. */
  readKey: () => string;
  remember?: ((secret: string) => void) | undefined;
  limits: HttpLimits;
  clockMs?: () => number;
}

/** An API key changed for a bearer token. */
export function apiKeySource(options: ApiKeyOptions): TokenSource {
  const secrets = createKnownSecrets(options.remember);
  const client = createTokenClient(options.limits);
  let key = options.readKey();
  secrets.keep(key);
  return renewingToken({
    async ask(signal) {
      try {
        key = options.readKey();
        secrets.keep(key);
      } catch {
        // Being replaced at this moment, perhaps: the key we hold is tried.
      }
      const form = { apikey: key, grant_type: 'api_key', client_id: 'IDP' };
      const answer = await client.post({ url: options.tokenUrl, form }, tokenDesk, signal);
      if (answer.kind !== 'answer') return answer;
      return grantedIn(answer, secrets) ?? failureOf(answer, tokenDesk, secrets);
    },
    secrets,
    clockMs: options.clockMs,
    close: () => client.close(),
  });
}
