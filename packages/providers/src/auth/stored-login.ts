import type { CallFailure, OidcConfig, SavedLogin, StoredLogin } from '@nightpass/core';
import { reasonLine } from '../http/text-excerpt.ts';
import type { OidcClient } from './oidc-client.ts';
import type { Granted } from './token-endpoint.ts';

/** What a saved login is bound to: given by one issuer, it is sent to no other. */
export const issuerKeyOf = (auth: OidcConfig): string => (auth.issuer ?? auth.tokenUrl ?? '').replace(/\/+$/, '');

/** Tokens of the person of `nightpass login`: by the refresh token that it keeps, and whose successor is kept here. */
export function storedLogin(auth: OidcConfig, client: OidcClient, login: StoredLogin | undefined) {
  const issuer = issuerKeyOf(auth);
  /** A successor that could not be written: without it, nobody could log in any more. */
  let unsaved: SavedLogin | undefined;

  const save = (successor: SavedLogin) => {
    try {
      login?.write(successor);
      unsaved = undefined;
    } catch {
      unsaved = successor;
    }
  };

  async function renew(store: StoredLogin, signal: AbortSignal): Promise<Granted | CallFailure> {
    if (unsaved) save(unsaved);
    const held = unsaved ?? store.read();
    const how = `run nightpass login ${store.provider}`;
    if (!held) return nobody(`nobody is logged in: ${how}`);
    if (held.issuer !== issuer || held.clientId !== client.clientId) {
      return nobody(`the login there is belongs to another issuer or client: ${how}`);
    }
    client.secrets.learn(held.refreshToken);
    const granted = await client.grant({ grant_type: 'refresh_token', refresh_token: held.refreshToken }, signal);
    if (!('accessToken' in granted)) return refusedLogin(granted, how);
    const { refreshToken = held.refreshToken } = granted;
    if (refreshToken !== held.refreshToken) save({ ...held, refreshToken });
    return granted;
  }

  return async (signal: AbortSignal): Promise<Granted | CallFailure> => {
    if (!login) return nobody('no data folder is known here');
    try {
      return await login.exclusively(() => renew(login, signal));
    } catch (error) {
      return nobody(`the login cannot be read: ${(error as Error).message}`);
    }
  };
}

const nobody = (reason: string): CallFailure => ({
  kind: 'unauthorized',
  rule: 'no-login',
  reason: reasonLine(reason),
});

function refusedLogin(failure: CallFailure, how: string): CallFailure {
  if (failure.kind !== 'unauthorized' || failure.rule !== 'token-refused') return failure;
  return { ...failure, reason: reasonLine(`the login is over, ${how} again; ${failure.reason}`) };
}
