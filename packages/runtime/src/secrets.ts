import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { StoredLogin } from '@nightpass/core';
import { loginFile } from './login-file.ts';

/** Where a secret is kept: exactly one of a variable's name and a file's path. */
export interface SecretRef {
  env?: string | undefined;
  file?: string | undefined;
}

export interface Secrets {
  /**
   * The secret, without blanks around it. A file is read anew at each call, so that it may be renewed.
   * @throws naming the variable or the file, never what is in it
   */
  (ref: SecretRef): string;
  /** Something secret learnt elsewhere (a token from a login, the password in REDIS_URL): never to be shown either. */
  remember(value: string): void;
  /** Every value handed out, and the newest of those remembered. Another array after each change. */
  known(): readonly string[];
  /** The login that a person left for a provider; undefined where no data folder is known. */
  login(provider: string): StoredLogin | undefined;
}

/** Renewed tokens come all night; no line written now holds one of yesterday. */
const rememberedAtMost = 64;

export interface SecretsOptions {
  /** Files are looked for from here; the folder we run in, unless given. */
  baseDir?: string;
  /** Holds the logins of persons. */
  dataDir?: string;
}

export function createSecrets(env: NodeJS.ProcessEnv, { baseDir = '.', dataDir }: SecretsOptions = {}): Secrets {
  const handedOut = new Set<string>();
  let remembered: string[] = [];
  // A new array at each change: whoever derives something of it sees by identity whether that is still right.
  let known: string[] = [];
  const remember = (value: string) => {
    if (value === '' || known.includes(value)) return;
    remembered = [...remembered, value].slice(-rememberedAtMost);
    known = [...handedOut, ...remembered];
  };
  const secret = ({ env: name, file }: SecretRef): string => {
    if ((name === undefined) === (file === undefined)) {
      throw new Error('a secret must be named by either a variable (…Env) or a file (…File)');
    }
    const value = name === undefined ? readSecretFile(resolve(baseDir, file ?? '')) : env[name];
    if (value === undefined) throw new Error(`the environment variable ${name}, which holds a secret, is not set`);
    const trimmed = value.trim();
    if (trimmed === '') {
      throw new Error(`the ${name === undefined ? `file ${file}` : `environment variable ${name}`} is empty`);
    }
    if (!handedOut.has(trimmed)) {
      handedOut.add(trimmed);
      known = [...handedOut, ...remembered];
    }
    return trimmed;
  };
  return Object.assign(secret, {
    remember,
    known: () => known,
    login: (provider: string) => (dataDir === undefined ? undefined : loginFile(dataDir, provider, remember)),
  });
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`the file ${path}, which holds a secret, cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
