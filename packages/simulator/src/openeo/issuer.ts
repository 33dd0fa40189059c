import { createHash } from 'node:crypto';
import type { Asked, Reply, Route } from '../platform.ts';
import { hash32 } from '../random.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import { json } from './errors.ts';
import { basicUserOf, type Tokens } from './tokens.ts';

export const issuerPath = '/issuer';
export const tokenPath = `${issuerPath}/token`;
const devicePath = `${issuerPath}/device`;
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

interface Device {
  approvedMs: number;
  endsMs: number;
  intervalMs: number;
  lastAskedMs: number;
  challenge: string | null;
}

/** A small OpenID Connect provider: client credentials, password, refresh token and device code. */
export class Issuer {
  readonly routes: Route[];
  readonly #tokens: Tokens;
  readonly #seed: string;
  readonly #behaviour: () => OpenEoBehaviour;
  readonly #refreshTokens = new Set<string>();
  readonly #devices = new Map<string, Device>();
  #count = 0;

  constructor(tokens: Tokens, seed: string, behaviour: () => OpenEoBehaviour) {
    this.#tokens = tokens;
    this.#seed = seed;
    this.#behaviour = behaviour;
    const read = () => ({});
    this.routes = [
      {
        method: 'GET',
        url: `${issuerPath}/.well-known/openid-configuration`,
        call: 'describe',
        read,
        answer: ({ ownOrigin }) => json(configurationOf(ownOrigin)),
      },
      { method: 'POST', url: tokenPath, call: 'token', read, answer: (asked) => this.#grant(asked) },
      { method: 'POST', url: devicePath, call: 'token', read, answer: (asked) => this.#startDevice(asked) },
    ];
  }

  #grant(asked: Asked): Reply {
    const form = new URLSearchParams(asked.body);
    const client = basicUserOf(asked) ?? {
      name: form.get('client_id') ?? '',
      password: form.get('client_secret') ?? '',
    };
    if (client.name.trim() === '') return refusal(401, 'invalid_client');
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.#tokens.knows(client.name, client.password) ? this.#given() : refusal(401, 'invalid_client');
      case 'password': {
        const isUser = this.#tokens.knows(form.get('username') ?? '', form.get('password') ?? '');
        return isUser ? this.#given(this.#newRefreshToken()) : refusal(400, 'invalid_grant');
      }
      case 'refresh_token':
        return this.#refresh(form.get('refresh_token') ?? '');
      case deviceGrant:
        return this.#pollDevice(form);
      default:
        return refusal(400, 'unsupported_grant_type');
    }
  }

  #refresh(token: string): Reply {
    if (!this.#refreshTokens.has(token)) return refusal(400, 'invalid_grant');
    if (!this.#behaviour().newRefreshToken) return this.#given(token);
    this.#refreshTokens.delete(token);
    return this.#given(this.#newRefreshToken());
  }

  #startDevice(asked: Asked): Reply {
    const form = new URLSearchParams(asked.body);
    if ((form.get('client_id') ?? '').trim() === '') return refusal(401, 'invalid_client');
    const { device } = this.#behaviour();
    const nowMs = performance.now();
    const code = this.#secret('device');
    this.#devices.set(code, {
      approvedMs: nowMs + device.approvedAfterSeconds * 1000,
      endsMs: nowMs + device.expiresSeconds * 1000,
      intervalMs: device.intervalSeconds * 1000,
      lastAskedMs: nowMs,
      challenge: form.get('code_challenge'),
    });
    const page = `${asked.ownOrigin}${devicePath}`;
    return json({
      device_code: code,
      user_code: `SIM-${this.#count}`,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=SIM-${this.#count}`,
      expires_in: device.expiresSeconds,
      interval: device.intervalSeconds,
    });
  }

  #pollDevice(form: URLSearchParams): Reply {
    const code = form.get('device_code') ?? '';
    const device = this.#devices.get(code);
    const nowMs = performance.now();
    if (!device) return refusal(400, 'invalid_grant');
    if (nowMs >= device.endsMs) return refusal(400, 'expired_token');
    const tooSoon = nowMs - device.lastAskedMs < device.intervalMs;
    device.lastAskedMs = nowMs;
    if (tooSoon) {
      device.intervalMs += 5_000;
      return refusal(400, 'slow_down');
    }
    if (this.#behaviour().device.denied) return refusal(400, 'access_denied');
    if (nowMs < device.approvedMs) return refusal(400, 'authorization_pending');
    if (device.challenge !== null && challengeOf(form.get('code_verifier') ?? '') !== device.challenge) {
      return refusal(400, 'invalid_grant');
    }
    this.#devices.delete(code);
    return this.#given(this.#newRefreshToken());
  }

  #given(refresh_token?: string): Reply {
    const { tokenSeconds } = this.#behaviour();
    const body = {
      access_token: this.#tokens.give('oidc', tokenSeconds),
      // Not good for any call: only the access token is.
      id_token: 'an-id-token-that-opens-nothing',
      expires_in: tokenSeconds,
      token_type: 'Bearer',
      ...(refresh_token !== undefined && { refresh_token }),
    };
    return { ...json(body), effect: {} };
  }

  #newRefreshToken(): string {
    const token = this.#secret('refresh');
    this.#refreshTokens.add(token);
    return token;
  }

  #secret(what: string): string {
    this.#count += 1;
    return `${what}-${hash32(`${this.#seed}/${what}/${this.#count}`).toString(36)}-${this.#count}`;
  }
}

function configurationOf(origin: string) {
  const issuer = `${origin}${issuerPath}`;
  return {
    issuer,
    token_endpoint: `${origin}${tokenPath}`,
    device_authorization_endpoint: `${origin}${devicePath}`,
    grant_types_supported: ['client_credentials', 'password', 'refresh_token', deviceGrant],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'offline_access'],
  };
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

function refusal(status: number, error: string): Reply {
  return json({ error, error_description: `simulated: ${error}` }, status);
}
