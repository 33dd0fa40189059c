import type { Log } from '@nightpass/core';
import type { RedisAddress } from './address.ts';
import { requireDurableRedis } from './check.ts';
import { connectRedisFailFast } from './connect.ts';
import { type PrivateRedis, startPrivateRedis } from './private-redis.ts';

export interface OpenRedisOptions {
  /** The one given by REDIS_URL; undefined: the private one of the data folder. */
  given: RedisAddress | undefined;
  dataDir: string;
  log: Log;
  searchPath: string | undefined;
  /** `allow`: goes on with a Redis that may forget. */
  volatile: 'refuse' | 'allow';
}

export interface OpenedRedis {
  address: RedisAddress;
  /** Ours, where none was given. */
  own: PrivateRedis | undefined;
  /** Stops our own one, unless somebody else still uses it. Close your connections first. */
  release(): Promise<void>;
}

/**
 * The Redis of this installation: the given one, checked for durability, or our own, started or joined.
 * @throws with what to do: unreachable, not durable, no server program
 */
export async function openRedis({ given, dataDir, log, searchPath, volatile }: OpenRedisOptions): Promise<OpenedRedis> {
  if (!given) {
    const own = await startPrivateRedis({ dir: dataDir, log, searchPath });
    return { address: own.address, own, release: async () => void (await own.release()) };
  }
  const redis = await connectRedisFailFast(given, log, { role: 'check' });
  try {
    for (const finding of await requireDurableRedis(redis, { volatile })) {
      log.warn({ redis: given.display, mend: finding.mend }, finding.message);
    }
  } finally {
    redis.disconnect();
  }
  return { address: given, own: undefined, release: async () => {} };
}
