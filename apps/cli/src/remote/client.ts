import type { Command } from 'commander';
import { z } from 'zod';
import { type Cli, UsageError } from '../cli.ts';

/** A board's API, for a command that is given `--url`: no Redis is needed, and none is asked. */

export interface RemoteOptions {
  url?: string;
  tokenEnv?: string;
}

export interface Remote {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  /** The file as it is. */
  upload<T>(path: string, bytes: Uint8Array, schema: z.ZodType<T>): Promise<T>;
}

const usualTokenEnv = 'NIGHTPASS_TOKEN';
const patienceMs = 60_000;

/** Undefined where the command speaks to the ledger itself. @throws UsageError where the address cannot be used */
export function remoteOf(cli: Cli, { url, tokenEnv }: RemoteOptions): Remote | undefined {
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
  const ask = async <T>(method: string, path: string, schema: z.ZodType<T>, body?: string | Uint8Array) => {
    const headers = {
      accept: 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const signal = AbortSignal.timeout(patienceMs);
    const request = { method, headers, signal, redirect: 'error', ...(body !== undefined && { body }) } as RequestInit;
    const answer = await fetch(`${base.origin}/api/v1${path}`, request).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(`the board at ${base.origin} cannot be reached: ${cause}`);
    });
    const text = await answer.text();
    if (!answer.ok) throw refusal(base.origin, answer.status, text);
    return schema.parse(JSON.parse(text));
  };
  return {
    get: (path, schema) => ask('GET', path, schema),
    post: (path, body, schema) => ask('POST', path, schema, JSON.stringify(body)),
    upload: (path, bytes, schema) => ask('POST', path, schema, bytes),
  };
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
  return [400, 404, 409, 422].includes(status) ? new UsageError(message) : new Error(message);
}

/** To each command that can do its work by a board's API. */
export function addRemoteOptions(program: Command): void {
  for (const command of program.commands.filter((it) => remoteCommands.has(it.name()))) {
    command
      .option('--url <address>', 'of a board: work through its API, and not on the ledger itself')
      .option('--token-env <name>', `variable that holds a token for it (default: ${usualTokenEnv})`);
  }
}

const remoteCommands = new Set(['batches', 'status', 'tasks', 'why', 'redrive', 'cancel', 'pause', 'resume', 'submit']);
