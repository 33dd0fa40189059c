import type { Asked, Credentials, Reply } from '../platform.ts';
import { hash32 } from '../random.ts';

/** API keys in, bearer tokens out, as the platform's own Python client does it. Many tokens may live at once. */
export class Tokens {
  readonly #credentials: Pick<Credentials, 'apiKeys' | 'tokens'>;
  readonly #seed: string;
  readonly #endsMs = new Map<string, number>();
  #given = 0;

  constructor(credentials: Pick<Credentials, 'apiKeys' | 'tokens'>, seed: string) {
    this.#credentials = credentials;
    this.#seed = seed;
  }

  /** `POST …/token` with the form `apikey`, `grant_type=api_key`, `client_id=IDP`. */
  grant(asked: Asked, tokenSeconds: number): Reply {
    const form = new URLSearchParams(asked.body);
    const contentType = String(asked.headers['content-type'] ?? '');
    if (!contentType.startsWith('application/x-www-form-urlencoded')) return refusal(400, 'invalid_request');
    if (form.get('grant_type') !== 'api_key') return refusal(400, 'unsupported_grant_type');
    if (form.get('client_id') !== 'IDP') return refusal(401, 'invalid_client');
    const key = form.get('apikey') ?? '';
    const { apiKeys } = this.#credentials;
    if (apiKeys ? !apiKeys.includes(key) : key.trim() === '') return refusal(401, 'invalid_grant');

    this.#forgetEnded();
    this.#given += 1;
    const token = tokenText(this.#seed, this.#given);
    this.#endsMs.set(token, performance.now() + tokenSeconds * 1000);
    const body = { access_token: token, expires_in: tokenSeconds, token_type: 'bearer' };
    return { status: 200, body: JSON.stringify(body), effect: {} };
  }

  /** Why a call is not let in, or undefined. */
  refuses(asked: Asked): string | undefined {
    const match = /^Bearer +(\S+)$/i.exec(String(asked.headers.authorization ?? ''));
    if (!match?.[1]) return 'Unauthorized';
    if (this.#credentials.tokens.includes(match[1])) return undefined;
    const endsMs = this.#endsMs.get(match[1]);
    if (endsMs === undefined) return 'Invalid token';
    return performance.now() < endsMs ? undefined : 'Token expired';
  }

  expireAll(): void {
    for (const token of this.#endsMs.keys()) this.#endsMs.set(token, 0);
  }

  #forgetEnded(): void {
    if (this.#endsMs.size < 10_000) return;
    for (const [token, endsMs] of this.#endsMs) if (endsMs <= performance.now()) this.#endsMs.delete(token);
  }
}

function refusal(status: number, error: string): Reply {
  return { status, body: JSON.stringify({ error, error_description: `simulated: ${error}` }) };
}

/** Looks like a JWT, and is none. */
function tokenText(seed: string, n: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [
    part({ alg: 'none', typ: 'JWT' }),
    part({ iss: 'simulator', n }),
    hash32(`${seed}/token/${n}`).toString(36),
  ].join('.');
}
