import { type CallFailure, type OidcConfig, oidcGrantOf } from '@nightpass/core';
import type { HttpLimits } from '../http/http-client.ts';
import { createOidcClient, held, type OidcClient } from './oidc-client.ts';
import { renewingToken } from './renewing-token.ts';
import { type ReadSecret, secretOf } from './secrets.ts';
import { storedLogin } from './stored-login.ts';
import type { Granted } from './token-endpoint.ts';
import type { TokenSource } from './token-source.ts';

export interface OidcOptions {
  auth: OidcConfig;
  readSecret: ReadSecret;
  limits: HttpLimits;
  clockMs?: () => number;
}

/** Gets the next token. */
type Ask = (signal: AbortSignal) => Promise<Granted | CallFailure>;

/** Tokens of an OpenID Connect issuer. @throws when a secret is missing; the message names its place only */
export function oidcSource({ auth, readSecret, limits, clockMs }: OidcOptions): TokenSource {
  const client = createOidcClient(auth, readSecret, limits);
  return renewingToken({
    ask: askerOf(auth, client, readSecret),
    secrets: client.secrets,
    clockMs,
    close: () => client.close(),
  });
}

function askerOf(auth: OidcConfig, client: OidcClient, readSecret: ReadSecret): Ask {
  const grant = oidcGrantOf(auth);
  switch (grant) {
    case 'client-credentials':
      return (signal) => client.grant({ grant_type: 'client_credentials', ...scopeOf(auth.scope) }, signal);
    case 'password':
      return byPassword(auth, client, readSecret);
    case 'login':
      return storedLogin(auth, client, readSecret.login);
    default:
      throw new Error(`unknown grant ${grant satisfies never}`);
  }
}

/** The password is sent where no refresh token does: at the start, and when that one is over. */
function byPassword(auth: OidcConfig, client: OidcClient, readSecret: ReadSecret): Ask {
  // A user name is no secret, and hiding it would blank ordinary words.
  const username = held(() => secretOf(auth, 'username', readSecret));
  const password = held(() => secretOf(auth, 'password', readSecret), client.secrets.keep);
  username();
  password();
  const scope = auth.scope ?? (auth.issuer === undefined ? undefined : 'openid');
  let refreshToken: string | undefined;
  return async (signal) => {
    if (refreshToken !== undefined) {
      const renewed = await client.grant({ grant_type: 'refresh_token', refresh_token: refreshToken }, signal);
      if ('accessToken' in renewed) refreshToken = renewed.refreshToken ?? refreshToken;
      if ('accessToken' in renewed || renewed.kind !== 'unauthorized') return renewed;
      refreshToken = undefined;
    }
    const form = { grant_type: 'password', username: username(), password: password() };
    const granted = await client.grant({ ...form, ...scopeOf(scope) }, signal);
    if ('accessToken' in granted) refreshToken = granted.refreshToken;
    return granted;
  };
}

const scopeOf = (scope: string | undefined): Record<string, string> => (scope === undefined ? {} : { scope });
