import type { Log } from '@nightpass/core';
import { Redis, type RedisOptions } from 'ioredis';
import { type RedisAddress, redisAddress } from './address.ts';

export interface ConnectOptions {
  /** What the connection is for; seen in CLIENT LIST as `nightpass:<role>`. */
  role: string;
}

const retryStrategy = (times: number) => Math.min(200 * times, 2000);

/** After a failover the old primary answers READONLY: connect anew, and send the command again. */
const reconnectOnError = (error: Error): 2 | false => (error.message.startsWith('READONLY') ? 2 : false);

/**
 * A connection for loops: it outlives any outage, and its commands wait for Redis to come back.
 * Returns at once; the first command waits for the connection.
 */
export function connectRedis(address: RedisAddress | string, log: Log, { role }: ConnectOptions): Redis {
  return listened(address, log, role, { maxRetriesPerRequest: null });
}

/**
 * A connection for those who answer somebody (board, command line): a command fails at once while Redis is away.
 * @throws when Redis does not answer within `withinMs` (5 s): a first command would otherwise wait without end.
 */
export async function connectRedisFailFast(
  address: RedisAddress | string,
  log: Log,
  { role, withinMs = 5000 }: ConnectOptions & { withinMs?: number },
): Promise<Redis> {
  const { display } = typeof address === 'string' ? redisAddress(address) : address;
  const redis = listened(address, log, role, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    connectTimeout: withinMs,
  });
  let reason = 'no answer';
  redis.on('error', (error: Error) => {
    reason = reasonOf(error);
  });
  const ready = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), withinMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve(true);
    });
    // ioredis gives up by itself only where trying again is senseless.
    redis.once('end', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
  if (ready) return redis;
  redis.disconnect();
  throw new Error(`Redis at ${display} did not answer within ${withinMs / 1000} s: ${reason}`);
}

function listened(address: RedisAddress | string, log: Log, role: string, options: RedisOptions): Redis {
  const { display, options: where } = typeof address === 'string' ? redisAddress(address) : address;
  const redis = new Redis({
    ...where,
    ...options,
    retryStrategy,
    reconnectOnError,
    keepAlive: 60_000,
    connectionName: `nightpass:${role}`,
  });
  // Without an error listener one lost connection ends the process; with a chatty one an outage fills the disk.
  let lostAtMs: number | undefined;
  let saidReason: string | undefined;
  redis.on('error', (error: Error) => {
    const reason = reasonOf(error);
    lostAtMs ??= Date.now();
    if (reason === saidReason) return;
    if (saidReason === undefined) log.warn({ redis: display, role, reason }, 'redis unreachable');
    else log.debug({ redis: display, role, reason }, 'redis still unreachable');
    saidReason = reason;
  });
  redis.on('close', () => {
    if (redis.status !== 'end') lostAtMs ??= Date.now();
  });
  redis.on('ready', () => {
    if (saidReason !== undefined && lostAtMs !== undefined) {
      log.info({ redis: display, role, downMs: Date.now() - lostAtMs }, 'redis back');
    }
    lostAtMs = undefined;
    saidReason = undefined;
  });
  return redis;
}

/** ECONNREFUSED errors of several addresses come as one with an empty message. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message === '' ? (error.code ?? error.name) : error.message;
}
