import type { RedisOptions } from 'ioredis';

/** Where a Redis is, and as whom to enter. */
export interface RedisAddress {
  /** As it may be handed to a child as REDIS_URL. May hold a password: never to be shown. */
  url: string;
  /** The same without credentials: for logs and pages. */
  display: string;
  /** What must appear in no log; undefined where the address holds none. */
  password: string | undefined;
  /** For ioredis, and for BullMQ's `connection`. */
  options: RedisOptions;
}

const wanted = 'must be redis://host:6379, rediss://host:6379 (TLS) or unix:///path/to/redis.sock';

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `rediss://…`, `unix:///path.sock[?db=n]` or a bare absolute path.
 * @throws an error that never repeats the text, since it may hold a password.
 */
export function redisAddress(text: string): RedisAddress {
  const given = text.trim();
  if (given.startsWith('/')) return socketAddress(given, undefined);
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new Error(`the address of Redis ${wanted}`);
  }
  if (url.protocol === 'unix:' && url.host === '' && url.pathname.length > 1) {
    return socketAddress(decodeURIComponent(url.pathname), database(url.searchParams.get('db') ?? ''));
  }
  if ((url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw new Error(`the address of Redis ${wanted}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 6379 : Number(url.port);
  const db = database(url.pathname.slice(1));
  const username = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  return {
    url: given,
    display: `${url.protocol}//${url.hostname}:${port}${db === undefined ? '' : `/${db}`}`,
    password: password === '' ? undefined : password,
    options: {
      host,
      port,
      ...(db === undefined ? {} : { db }),
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    },
  };
}

function socketAddress(path: string, db: number | undefined): RedisAddress {
  const query = db === undefined ? '' : `?db=${db}`;
  const url = `unix://${path.split('/').map(encodeURIComponent).join('/')}${query}`;
  return { url, display: url, password: undefined, options: { path, ...(db === undefined ? {} : { db }) } };
}

function database(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d{1,4}$/.test(text)) throw new Error('the database of the Redis address must be a number, as in /0');
  return Number(text);
}
