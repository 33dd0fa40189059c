import { type CallFailure, isSecureUrl, type OidcConfig } from '@nightpass/core';
import { z } from 'zod';
import { reasonLine } from '../http/text-excerpt.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { type Desk, failureOf, type TokenClient } from './token-endpoint.ts';

/** What an issuer says of itself, as far as it is believed: addresses on its own origin, or those that are configured. */
export interface Issuer {
  tokenUrl: string;
  /** Undefined: nobody can log in by device code there. */
  deviceUrl: string | undefined;
  clientAuth: 'basic' | 'post';
  /** Undefined where it does not say. */
  scopes: readonly string[] | undefined;
  /** PKCE with SHA-256. */
  pkce: boolean;
}

export const issuerDesk: Desk = {
  name: 'issuer',
  rules: { down: 'issuer-down', throttled: 'issuer-throttled', refused: 'issuer-refused' },
};

const words = z.array(z.string()).optional().catch(undefined);
const discovered = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  device_authorization_endpoint: z.string().optional().catch(undefined),
  token_endpoint_auth_methods_supported: words,
  code_challenge_methods_supported: words,
  scopes_supported: words,
});

/** Asked once it is needed, and again once it is forgotten. */
export function issuerOf(auth: OidcConfig, client: TokenClient, secrets: KnownSecrets) {
  let known: Issuer | undefined;
  return {
    async ask(signal: AbortSignal): Promise<Issuer | CallFailure> {
      if (known) return known;
      const found = await discover(auth, client, secrets, signal);
      if (!('kind' in found)) known = found;
      return found;
    },
    forget() {
      known = undefined;
    },
  };
}

async function discover(
  auth: OidcConfig,
  client: TokenClient,
  secrets: KnownSecrets,
  signal: AbortSignal,
): Promise<Issuer | CallFailure> {
  const configured = {
    deviceUrl: auth.deviceUrl,
    clientAuth: auth.clientAuth ?? 'basic',
    scopes: undefined,
    pkce: false,
  } as const;
  if (auth.issuer === undefined) return { ...configured, tokenUrl: auth.tokenUrl ?? '' };
  const issuer = auth.issuer.replace(/\/+$/, '');
  const answer = await client.get(`${issuer}/.well-known/openid-configuration`, issuerDesk, signal);
  if (answer.kind !== 'answer') return answer;
  const parsed = answer.status < 300 ? discovered.safeParse(answer.json) : undefined;
  if (!parsed?.success) return failureOf(answer, issuerDesk, secrets);
  const said = parsed.data;
  if (said.issuer.replace(/\/+$/, '') !== issuer) {
    return unusable(`it calls itself ${said.issuer}: configure that as issuer, if it is to be trusted`);
  }
  const tokenUrl = auth.tokenUrl ?? said.token_endpoint;
  if (!isBelieved(tokenUrl, issuer, auth.tokenUrl)) {
    return unusable(
      `its token endpoint ${tokenUrl} is not on its own origin: name it in tokenUrl, if it is to be trusted`,
    );
  }
  const deviceUrl = auth.deviceUrl ?? said.device_authorization_endpoint;
  const methods = said.token_endpoint_auth_methods_supported;
  const onlyPost =
    methods !== undefined && !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
  return {
    tokenUrl,
    deviceUrl: deviceUrl !== undefined && isBelieved(deviceUrl, issuer, auth.deviceUrl) ? deviceUrl : undefined,
    clientAuth: auth.clientAuth ?? (onlyPost ? 'post' : 'basic'),
    scopes: said.scopes_supported,
    pkce: said.code_challenge_methods_supported?.includes('S256') === true,
  };
}

/** Credentials go nowhere else. */
function isBelieved(url: string, issuer: string, configured: string | undefined): boolean {
  if (url === configured) return true;
  return isSecureUrl(url) && new URL(url).origin === new URL(issuer).origin;
}

const unusable = (what: string): CallFailure => ({
  kind: 'unauthorized',
  rule: 'issuer-unusable',
  reason: reasonLine(`issuer: ${what}`),
});
