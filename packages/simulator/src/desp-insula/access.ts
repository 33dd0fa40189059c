import type { Asked, Credentials, Reply } from '../platform.ts';
import { hash32 } from '../random.ts';

/** Who calls, or why they are not let in. */
export type Caller = { kind: 'user'; name: string } | { kind: 'refused' };

interface Lives {
  tokenSeconds: number;
  refreshTokenSeconds: number;
}

/** Names with the portal's key (Basic), and bearer tokens of an OpenID Connect token endpoint. */
export class Access {
  readonly #credentials: Credentials;
  readonly #seed: string;
  readonly #tokens = new Map<string, { name: string; endsMs: number }>();
  readonly #refreshTokens = new Map<string, { name: string; endsMs: number }>();
  #given = 0;

  constructor(credentials: Credentials, seed: string) {
    this.#credentials = credentials;
    this.#seed = seed;
  }

  callerOf(asked: Pick<Asked, 'headers'>): Caller {
    const [scheme = '', value = ''] = String(asked.headers.authorization ?? '').split(/ +/);
    if (scheme.toLowerCase() === 'basic') return this.#login(basicOf(value));
    if (scheme.toLowerCase() !== 'bearer') return { kind: 'refused' };
    if (this.#credentials.tokens.includes(value)) return { kind: 'user', name: 'ada' };
    const token = this.#tokens.get(value);
    return token && performance.now() < token.endsMs ? { kind: 'user', name: token.name } : { kind: 'refused' };
  }

  /** `POST …/token`: password, client_credentials or refresh_token, as a form. */
  grant(asked: Asked, lives: Lives): Reply {
    const form = new URLSearchParams(asked.body);
    if (!String(asked.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
      return refusal(400, 'invalid_request');
    }
    const caller = this.#granted(form, asked);
    if (typeof caller === 'string') return refusal(caller === 'invalid_client' ? 401 : 400, caller);
    const access_token = this.#keep(this.#tokens, caller.name, lives.tokenSeconds);
    const refresh_token = this.#keep(this.#refreshTokens, caller.name, lives.refreshTokenSeconds);
    const body = {
      access_token,
      refresh_token,
      token_type: 'Bearer',
      expires_in: lives.tokenSeconds,
      refresh_expires_in: lives.refreshTokenSeconds,
    };
    return { status: 200, body: JSON.stringify(body), effect: {} };
  }

  expireAll(): void {
    for (const token of this.#tokens.values()) token.endsMs = 0;
  }

  #granted(form: URLSearchParams, asked: Asked): { name: string } | string {
    const basic = basicOf(String(asked.headers.authorization ?? '').replace(/^basic +/i, ''));
    const clientId = form.get('client_id') ?? basic?.name ?? '';
    if (clientId === '') return 'invalid_client';
    switch (form.get('grant_type')) {
      case 'password': {
        const caller = this.#login({ name: form.get('username') ?? '', password: form.get('password') ?? '' });
        return caller.kind === 'user' ? caller : 'invalid_grant';
      }
      case 'client_credentials': {
        const password = form.get('client_secret') ?? basic?.password ?? '';
        const caller = this.#login({ name: clientId, password });
        return caller.kind === 'user' ? caller : 'invalid_client';
      }
      case 'refresh_token': {
        const text = form.get('refresh_token') ?? '';
        const token = this.#refreshTokens.get(text);
        this.#refreshTokens.delete(text);
        return token && performance.now() < token.endsMs ? token : 'invalid_grant';
      }
      default:
        return 'unsupported_grant_type';
    }
  }

  #login(given: { name: string; password: string } | undefined): Caller {
    if (!given) return { kind: 'refused' };
    const { users } = this.#credentials;
    const isKnown = users
      ? users.some((user) => user.name === given.name && user.password === given.password)
      : given.name.trim() !== '' && given.password.trim() !== '';
    return isKnown ? { kind: 'user', name: given.name } : { kind: 'refused' };
  }

  #keep(tokens: Map<string, { name: string; endsMs: number }>, name: string, seconds: number): string {
    this.#given += 1;
    const text = tokenText(this.#seed, this.#given);
    tokens.set(text, { name, endsMs: performance.now() + seconds * 1000 });
    if (tokens.size > 10_000) tokens.delete(tokens.keys().next().value ?? '');
    return text;
  }
}

function basicOf(value: string): { name: string; password: string } | undefined {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function refusal(status: number, error: string): Reply {
  return { status, body: JSON.stringify({ error, error_description: `simulated: ${error}` }) };
}

/** Looks like a JWT, and is none. */
function tokenText(seed: string, n: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signature = hash32(`${seed}/desp/${n}`).toString(36);
  return [part({ alg: 'none', typ: 'JWT' }), part({ iss: 'simulator', n }), signature].join('.');
}
