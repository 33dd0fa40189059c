import type { Asked, Credentials, Reply } from '../platform.ts';
import { hash32 } from '../random.ts';
import type { OpenEoBehaviour } from './behaviour.ts';
import { errorReply, json } from './errors.ts';

/** Every access token that was given, and who may come in. Many may live at once. */
export class Tokens {
  readonly #credentials: Credentials;
  readonly #seed: string;
  readonly #given = new Map<string, { by: 'basic' | 'oidc'; endsMs: number }>();
  #count = 0;

  constructor(credentials: Credentials, seed: string) {
    this.#credentials = credentials;
    this.#seed = seed;
  }

  /** Whether these are a person's name and password, or a client's id and secret. */
  knows(name: string, password: string): boolean {
    const { users } = this.#credentials;
    if (!users) return name.trim() !== '' && password.trim() !== '';
    return users.some((user) => user.name === name && user.password === password);
  }

  give(by: 'basic' | 'oidc', tokenSeconds: number): string {
    this.#count += 1;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    // Looks like a JWT, and is none.
    const end = hash32(`${this.#seed}/token/${this.#count}`).toString(36);
    const token = [part({ alg: 'none', typ: 'JWT' }), part({ iss: 'simulator', n: this.#count }), end].join('.');
    this.#given.set(token, { by, endsMs: performance.now() + tokenSeconds * 1000 });
    return token;
  }

  /** `GET /credentials/basic`. */
  basicLogin(asked: Asked, { tokenSeconds, basicTokenSaysItsEnd }: OpenEoBehaviour): Reply {
    const user = basicUserOf(asked);
    if (!user) return errorReply(401, 'AuthenticationRequired', 'Unauthorized.');
    if (!this.knows(user.name, user.password)) {
      return errorReply(403, 'CredentialsInvalid', 'Credentials are not correct.');
    }
    const access_token = this.give('basic', tokenSeconds);
    const access_token_valid_until = new Date(Date.now() + tokenSeconds * 1000).toISOString();
    return { ...json({ access_token, ...(basicTokenSaysItsEnd && { access_token_valid_until }) }), effect: {} };
  }

  /** Why a call is not let in, or undefined. */
  refuses(asked: Asked, behaviour: OpenEoBehaviour): Reply | undefined {
    const header = String(asked.headers.authorization ?? '');
    if (header === '') return errorReply(401, 'AuthenticationRequired', 'Unauthorized.');
    const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (bearer === undefined) {
      return errorReply(403, 'AuthenticationSchemeInvalid', 'Authentication method not supported.');
    }
    return this.#isGood(bearer, behaviour) ? undefined : refused(behaviour);
  }

  expireAll(): void {
    for (const token of this.#given.values()) token.endsMs = 0;
  }

  #isGood(bearer: string, { tokenForm, oidcProviderId }: OpenEoBehaviour): boolean {
    const [, prefix, by, id, value] = /^(?:((basic|oidc)\/([^/]*))\/)?(.+)$/.exec(bearer) ?? [];
    if (value === undefined || (prefix === undefined ? tokenForm === 'prefixed' : tokenForm === 'bare')) return false;
    if (prefix !== undefined && id !== (by === 'oidc' ? oidcProviderId : '')) return false;
    if (this.#credentials.tokens.includes(value)) return true;
    const given = this.#given.get(value);
    return given !== undefined && (by === undefined || by === given.by) && performance.now() < given.endsMs;
  }
}

function refused({ badToken }: OpenEoBehaviour): Reply {
  if (badToken === 500) return errorReply(500, 'Internal', 'Server error: Unauthorized.');
  if (badToken === 401) return errorReply(401, 'AuthenticationRequired', 'Unauthorized.');
  return errorReply(403, 'TokenInvalid', 'Authorization token has expired or is invalid.');
}

/** The user of an `Authorization: Basic` header. */
export function basicUserOf(asked: Asked): { name: string; password: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(String(asked.headers.authorization ?? ''))?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
