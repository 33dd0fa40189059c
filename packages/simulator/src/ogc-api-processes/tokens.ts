import type { Asked, Credentials, Reply, User } from '../platform.ts';
import { hash32 } from '../random.ts';
import { json } from './world.ts';

/** A login beside the server, as sites put one there: client credentials or a password in, bearer tokens out. */
export class Tokens {
  readonly #credentials: Credentials;
  readonly #seed: string;
  readonly #endsMs = new Map<string, number>();
  #given = 0;

  constructor(credentials: Credentials, seed: string) {
    this.#credentials = credentials;
    this.#seed = seed;
  }

  /** `POST …/token` with a form, as OAuth has it. */
  grant(asked: Asked, tokenSeconds: number): Reply {
    const form = new URLSearchParams(asked.body);
    const client = basicUser(asked) ?? { name: form.get('client_id') ?? '', password: form.get('client_secret') ?? '' };
    const person = { name: form.get('username') ?? '', password: form.get('password') ?? '' };
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials' && grant !== 'password') return refusal(400, 'unsupported_grant_type');
    if (!this.#knows(grant === 'password' ? person : client)) {
      return refusal(401, grant === 'password' ? 'invalid_grant' : 'invalid_client');
    }
    this.#given += 1;
    const token = tokenText(this.#seed, this.#given);
    this.#endsMs.set(token, performance.now() + tokenSeconds * 1000);
    return { ...json(200, { access_token: token, expires_in: tokenSeconds, token_type: 'Bearer' }), effect: {} };
  }

  /** Why a call is not let in, or undefined. */
  refuses(asked: Asked): string | undefined {
    const user = basicUser(asked);
    if (user) return this.#knows(user) ? undefined : 'Wrong user name or password';
    const token = /^Bearer +(\S+)$/i.exec(String(asked.headers.authorization ?? ''))?.[1];
    if (token === undefined) return 'Authentication required';
    if (this.#credentials.tokens.includes(token)) return undefined;
    const endsMs = this.#endsMs.get(token);
    if (endsMs === undefined) return 'Invalid token';
    return performance.now() < endsMs ? undefined : 'Token expired';
  }

  expireAll(): void {
    for (const token of this.#endsMs.keys()) this.#endsMs.set(token, 0);
  }

  #knows(user: User): boolean {
    const { users, apiKeys } = this.#credentials;
    if (user.name === '' || user.password.trim() === '') return false;
    if (users) return users.some(({ name, password }) => name === user.name && password === user.password);
    return apiKeys === undefined || apiKeys.includes(user.password);
  }
}

function basicUser(asked: Asked): User | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(String(asked.headers.authorization ?? ''))?.[1];
  if (encoded === undefined) return undefined;
  const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { name: decoded(name), password: decoded(rest.join(':')) };
}

/** OAuth has ids and secrets form-encoded before they go into a Basic header. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refusal(status: number, error: string): Reply {
  return json(status, { error, error_description: `simulated: ${error}` });
}

/** Looks like a JWT, and is none. */
function tokenText(seed: string, n: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signature = hash32(`${seed}/ogc-token/${n}`).toString(36);
  return [part({ alg: 'none', typ: 'JWT' }), part({ iss: 'simulator', n }), signature].join('.');
}
