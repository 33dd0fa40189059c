import type { OidcConfig, StoredLogin } from '@nightpass/core';
import { usualHttpLimits } from '../http/http-client.ts';
import type { ReadSecret, SecretRef } from './secrets.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

/** For tests: a client of an issuer, on a clock of its own. Whatever must never be shown begins with `planted`. */

export const values = {
  ID: 'a client',
  SECRET: 'planted-client-secret/+&',
  USER: 'ada',
  PASSWORD: 'planted-password%&',
};
export const asService: Partial<OidcConfig> = { clientSecretEnv: 'SECRET' };
export const asUser: Partial<OidcConfig> = { usernameEnv: 'USER', passwordEnv: 'PASSWORD' };
export const never = new AbortController().signal;

export interface TestOidc {
  tokens: TokenSource;
  clock: { nowMs: number };
  /** What the rest of us was told never to show. */
  remembered: string[];
}

export function oidcClientOf(issuer: string, auth: Partial<OidcConfig>, login?: StoredLogin): TestOidc {
  const remembered: string[] = [];
  const read = ({ env = '' }: SecretRef) => {
    if (!Object.hasOwn(values, env)) throw new Error(`${env} is not set`);
    return values[env as keyof typeof values];
  };
  const readSecret: ReadSecret = Object.assign(read, {
    remember: (secret: string) => void remembered.push(secret),
    login,
  });
  const clock = { nowMs: 0 };
  const config = { kind: 'oidc' as const, issuer, clientIdEnv: 'ID', ...auth };
  const tokens = createTokenSource(config, { readSecret, limits: usualHttpLimits, clockMs: () => clock.nowMs });
  return { tokens, clock, remembered };
}
