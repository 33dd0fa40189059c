import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { z } from 'zod';

/**
 * Binds a Lua script to names. The script's own header says which key and argument stands where, so that a call site
 * can neither miscount nor reorder them; the names are locals in the script.
 */

type Value = string | number;

export type Script<K extends string, A extends string, R> = (
  redis: Redis,
  keys: Record<K, string>,
  args: Record<A, Value>,
  rest?: { keys?: string[]; args?: Value[] },
) => Promise<R>;

const folder = new URL('../../scripts/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const luaReserved = new Set([
  'and',
  'end',
  'for',
  'if',
  'in',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'until',
  'while',
]);

/** `-- @throws` at start-up when the header and the call's names do not agree: a bug, found by any test that loads it. */
export function defineScript<const K extends string, const A extends string, R>(
  name: string,
  names: { keys: readonly K[]; args: readonly A[]; reply: z.ZodType<R> },
): Script<K, A, R> {
  const body = read(`${name}.lua`);
  const header = body.slice(0, body.indexOf(']]'));
  const keyNames = bound(header, 'KEYS', name, names.keys);
  const argNames = bound(header, 'ARGV', name, names.args);
  const source = [locals(keyNames, 'KEYS'), locals(argNames, 'ARGV'), withIncludes(body, new Set())].join('\n');
  const sha = createHash('sha1').update(source).digest('hex');

  return async (redis, keys, args, rest = {}) => {
    const allKeys = [...keyNames.map((key) => keys[key as K]), ...(rest.keys ?? [])];
    const call: Value[] = [...allKeys, ...argNames.map((arg) => args[arg as A]), ...(rest.args ?? [])];
    let reply: unknown;
    try {
      reply = await redis.evalsha(sha, allKeys.length, ...call);
    } catch (error) {
      // A Redis that restarted has forgotten the script.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      reply = await redis.eval(source, allKeys.length, ...call);
    }
    return names.reply.parse(reply);
  };
}

/** Each included part once, where it is first asked for. */
function withIncludes(body: string, included: Set<string>): string {
  return body.replace(/^--@include (\S+)$/gm, (_, part: string) => {
    if (included.has(part)) return '';
    included.add(part);
    return withIncludes(read(`include/${part}.lua`), included);
  });
}

/** Names as the header orders them, checked against those the call is typed with. */
function bound(header: string, kind: 'KEYS' | 'ARGV', script: string, expected: readonly string[]): string[] {
  const found: string[] = [];
  for (const [, position, name] of header.matchAll(new RegExp(`^\\s*${kind}\\[(\\d+)\\] (\\w+)`, 'gm'))) {
    if (Number(position) !== found.length + 1) throw new Error(`${script}.lua: ${kind}[${position}] is out of order`);
    if (!name || luaReserved.has(name)) throw new Error(`${script}.lua: ${kind}[${position}] needs another name`);
    found.push(name);
  }
  const missing = expected.filter((name) => !found.includes(name));
  const unbound = found.filter((name) => !expected.includes(name));
  if (missing.length + unbound.length > 0) {
    throw new Error(`${script}.lua: header and call differ in ${kind}: ${[...missing, ...unbound].join(', ')}`);
  }
  return found;
}

function locals(names: readonly string[], from: 'KEYS' | 'ARGV'): string {
  if (names.length === 0) return '';
  return `local ${names.join(', ')} = ${names.map((_, i) => `${from}[${i + 1}]`).join(', ')}`;
}
