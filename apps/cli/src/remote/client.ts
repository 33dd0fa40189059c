import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Cli, UsageError } from '../cli.ts';

/** A board's API, for a command that is given `--url`: no Redis is needed, and none is asked. */

export interface RemoteOptions {
  url?: string;
  tokenEnv?: string;
}

export interface Remote {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** What is too large to be held, as it comes. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  remove(path: string): Promise<void>;
  /** The file as it is. */
  upload<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): Promise<T>;
}

/** The board knows nothing of that name. */
export class NotThere extends UsageError {}

export const usualTokenEnv = 'NIGHTPASS_TOKEN';
const patienceMs = 60_000;
/** So long a board may be busy with what others asked it for. */
const busyMs = 10 * 60_000;

interface Asked {
  method: string;
  path: string;
  body?: string | Uint8Array;
  signal?: AbortSignal;
}

/** Undefined where the command speaks to the ledger itself. @throws UsageError where the address cannot be used */
export function remoteOf(cli: Cli, options: RemoteOptions): Remote | undefined {
  const { url, tokenEnv } = options;
  if (url === undefined) {
    if (tokenEnv !== undefined) throw new UsageError('--token-env is of use with --url only');
    return undefined;
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(`${url} is no address of a board`);
  const base = new URL(url);
  const token = cli.env[tokenEnv ?? usualTokenEnv]?.trim();
  if (tokenEnv !== undefined && !token) throw new UsageError(`the environment variable ${tokenEnv} is not set`);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(base.hostname);
  if (token && base.protocol === 'http:' && !isLocal) {
    throw new UsageError(`a token is not sent to ${base.origin} in the clear: give an address with https`);
  }
  const ask = async ({ method, path, body, signal }: Asked): Promise<Response> => {
    const headers = {
      accept: 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const request = {
      method,
      headers,
      redirect: 'error',
      ...(signal && { signal }),
      ...(body !== undefined && { body }),
    };
    const answer = await fetch(`${base.origin}/api/v1${path}`, request as RequestInit).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(`the board at ${base.origin} cannot be reached: ${cause}`);
    });
    if (!answer.ok && answer.status !== 429) throw refusal(base.origin, answer.status, await answer.text());
    return answer;
  };
  const read = async <T>(asked: Asked, schema: z.ZodType<T>): Promise<T> => {
    const answer = await ask({ ...asked, signal: AbortSignal.timeout(patienceMs) });
    const text = await answer.text();
    if (!answer.ok) throw refusal(base.origin, answer.status, text);
    return schema.parse(JSON.parse(text));
  };
  return {
    get: (path, schema) => read({ method: 'GET', path }, schema),
    post: (path, body, schema) => read({ method: 'POST', path, body: JSON.stringify(body) }, schema),
    upload: (path, bytes, schema) => read({ method: 'POST', path, body: bytes }, schema),
    async remove(path) {
      const answer = await ask({ method: 'DELETE', path, signal: AbortSignal.timeout(patienceMs) });
      if (!answer.ok) throw refusal(base.origin, answer.status, await answer.text());
    },
    async stream(path) {
      const endMs = performance.now() + busyMs;
      for (;;) {
        const answer = await ask({ method: 'GET', path });
        if (answer.ok) return whole(base.origin, answer);
        const text = await answer.text();
        if (performance.now() > endMs) throw refusal(base.origin, answer.status, text);
        await sleep(1000 * Math.min(30, Number(answer.headers.get('retry-after')) || 5));
      }
    },
  };
}

/** @throws where the board breaks off: what came is not all of it */
async function* whole(origin: string, { body }: Response): AsyncGenerator<Uint8Array> {
  try {
    if (body) yield* body as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new Error(`the board at ${origin} broke off: ${(error as Error).message}`);
  }
}

const problem = z.object({ title: z.string(), detail: z.string().optional() });

function refusal(origin: string, status: number, text: string): Error {
  let said = `it answered ${status}`;
  try {
    const { title, detail } = problem.parse(JSON.parse(text));
    said = detail ?? title;
  } catch {
    // No board of ours, or a proxy in front of it.
  }
  const hint = status === 401 ? ` (give a token: --token-env NAME, or ${usualTokenEnv})` : '';
  const message = `the board at ${origin}: ${said.charAt(0).toLowerCase()}${said.slice(1)}${hint}`;
  if (status === 404) return new NotThere(message);
  return [400, 409, 422].includes(status) ? new UsageError(message) : new Error(message);
}
