import { type AuthConfig, type CallFailure, oidcGrantOf } from '@nightpass/core';
import type { Config } from '@nightpass/runtime';
import { listed } from './view/words.ts';

/** What kept a platform from answering, for people, and what they can do. */
export interface PlatformTrouble {
  /** `warn`: it may pass by itself. */
  verdict: 'warn' | 'fail';
  message: string;
  mend: string;
}

type Entry = Config['providers'][string];

export function troubleOf(name: string, { auth }: Pick<Entry, 'auth'>, failure: CallFailure): PlatformTrouble {
  const { kind, rule, reason } = failure;
  switch (kind) {
    case 'notSent':
      if (/^(token-endpoint|issuer)-/.test(rule)) {
        const key = auth.kind === 'oidc' && auth.issuer !== undefined ? 'issuer' : 'tokenUrl';
        const mend = `check providers.${name}.auth.${key}, the network and its proxy`;
        return { verdict: 'fail', message: `nobody can log in: ${reason}`, mend };
      }
      return {
        verdict: 'fail',
        message: `cannot be reached: ${reason}`,
        mend: `check providers.${name}.baseUrl, the network and its proxy`,
      };
    case 'unauthorized':
      return { verdict: 'fail', message: `refuses the credentials: ${reason}`, mend: renewal(name, auth, rule) };
    case 'throttled':
    case 'quota':
      return {
        verdict: 'warn',
        message: `answers, and asks for patience: ${reason}`,
        mend: 'nothing to do: launches wait by themselves',
      };
    case 'rejected':
      if (rule === 'no-project') {
        return { verdict: 'fail', message: reason, mend: `add probeProjectId to providers.${name}` };
      }
      return {
        verdict: 'fail',
        message: `refuses the request: ${reason}`,
        mend: `check providers.${name}.baseUrl: is it that platform's API?`,
      };
    case 'ambiguous':
      return {
        verdict: 'warn',
        message: `answers unclearly: ${reason}`,
        mend: 'try again in a while; see whether the platform has an outage',
      };
    default:
      return failure satisfies never;
  }
}

/** What to do about credentials that are refused, by how one logs in. */
function renewal(name: string, auth: AuthConfig, rule: string): string {
  if (/^issuer-/.test(rule)) return `check providers.${name}.auth: issuer, and tokenUrl where it has one`;
  const places = placesOf(auth);
  switch (auth.kind) {
    case 'none':
      return `the platform wants a login: give providers.${name}.auth a kind other than none`;
    case 'bearer':
      return `put a new token into ${places}`;
    case 'basic':
      return `check user name and password in ${places}`;
    case 'api-key':
      return `make a new API key on the platform, and put it into ${places}`;
    case 'oidc':
      if (oidcGrantOf(auth) === 'login') return `nightpass login ${name}`;
      return `check ${places}: does this account exist there, and may it do this?`;
    default:
      return auth satisfies never;
  }
}

/** e.g. `the environment variable API_KEY`: where the config says that the secrets are; never what is in them. */
function placesOf(auth: AuthConfig): string {
  const places = Object.entries(auth).flatMap(([key, value]) => {
    if (key.endsWith('Env')) return [`the environment variable ${value} (and restart what runs with it)`];
    return key.endsWith('File') ? [`the file ${value}`] : [];
  });
  return listed(places);
}
