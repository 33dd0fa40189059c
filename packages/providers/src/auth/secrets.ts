import type { StoredLogin } from '@nightpass/core';
import type { Answer } from '../http/http-client.ts';
import { parseJson } from '../http/reply-body.ts';

/** Where a secret is kept: exactly one of the two. */
export interface SecretRef {
  env?: string;
  file?: string;
}
/** The secrets of one provider. */
export interface ReadSecret {
  /** Reads a secret's value. @throws when the variable or the file is missing; the message names the place only. */
  (ref: SecretRef): string;
  /** Told of each secret that is learnt on the way (a token): nothing is to show it. */
  remember?: ((secret: string) => void) | undefined;
  /** The login that a person left for it. */
  login?: StoredLogin | undefined;
}

/** The same for whichever provider. */
export interface SecretSource {
  (ref: SecretRef): string;
  remember?: ((secret: string) => void) | undefined;
  login?: ((provider: string) => StoredLogin | undefined) | undefined;
}

export function secretsOf(provider: string, source: SecretSource): ReadSecret {
  const read = (ref: SecretRef) => source(ref);
  return Object.assign(read, { remember: source.remember, login: source.login?.(provider) });
}

/** Reads `<name>Env` or `<name>File` of an auth config, trimmed: files carry newlines. @throws naming the key. */
export function secretOf(auth: object, name: string, readSecret: ReadSecret): string {
  const keys = auth as Record<string, string | undefined>;
  const env = keys[`${name}Env`];
  const file = keys[`${name}File`];
  if ((env === undefined) === (file === undefined)) {
    throw new Error(`auth: give exactly one of ${name}Env and ${name}File`);
  }
  const value = readSecret(env === undefined ? { file: file as string } : { env }).trim();
  if (value === '') throw new Error(`auth: ${env ?? file} is empty`);
  return value;
}

/** Shorter ones are no secrets, and would blank ordinary words. */
const shortest = 8;

/** The forms in which a platform may give a secret back to us. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
  ];
}

/**
 * The same answer without our secrets in it: a platform may echo the token that it refuses, and what it says becomes
 * a reason that is stored and shown.
 */
export function withoutSecrets(answer: Answer, secrets: readonly string[]): Answer {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(formsOf))].sort(
    (a, b) => b.length - a.length,
  );
  const blank = (text: string) => forms.reduce((rest, form) => rest.replaceAll(form, '[secret]'), text);
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, blank(value)]));
  const text = blank(answer.text);
  if (text === answer.text) return { ...answer, headers };
  return { ...answer, headers, text, json: answer.json === undefined ? undefined : parseJson(text).json };
}
