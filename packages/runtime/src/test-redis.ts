import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { noteOwner, removeAbandoned } from './redis/abandoned.ts';
import { type RedisAddress, redisAddress } from './redis/address.ts';
import { ensureRedisBinary } from './redis/redis-binary.ts';
import { type ServerPlace, type Settings, serverSettings, spawnServer } from './redis/redis-server.ts';

/** A real Redis of a test's own, on a socket in a folder of its own. */
export interface TestRedis {
  address: RedisAddress;
  /** The same as text, for REDIS_URL. */
  url: string;
  /** Of the server now running. */
  readonly pid: number;
  dir: string;
  /** A new connection that waits out outages; closed by stop(). */
  client(options?: RedisOptions): Redis;
  /** As a power cut of the process would: nothing is flushed or said. Clients stay, and reconnect after restart(). */
  kill9(): Promise<void>;
  /** Starts it again, on the same address and data; kills it first if it still runs. */
  restart(): Promise<void>;
  /** Closes the clients, ends the server, removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts one, with our settings but no fsync (a killed process loses nothing by that, and tests are twice as fast).
 * @param settings overrides, as in redis.conf, e.g. `{ appendfsync: 'always', 'maxmemory-policy': 'allkeys-lru' }`;
 * a port may be given to listen on TCP as well.
 */
export async function startTestRedis({ settings = {} }: { settings?: Settings } = {}): Promise<TestRedis> {
  const binary = await ensureRedisBinary({
    searchPath: process.env.PATH,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  removeAbandoned(tmpdir(), 'nightpass-test-');
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-test-'));
  const place: ServerPlace = { dir, socketPath: join(dir, 'redis.sock') };
  const wanted = serverSettings(binary, place, { appendfsync: 'no', ...settings });
  const address = redisAddress(place.socketPath);
  const clients = new Set<Redis>();
  const start = () =>
    spawnServer(binary, wanted, place, { lifetime: 'ours', withinMs: 20_000, onSpawn: (pid) => noteOwner(dir, pid) });

  let { pid, child } = await start().catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);

  const kill9 = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };

  return {
    address,
    url: address.url,
    get pid() {
      return pid;
    },
    dir,
    client(options = {}) {
      const redis = new Redis({
        ...address.options,
        maxRetriesPerRequest: null,
        retryStrategy: () => 50,
        connectionName: 'nightpass:test',
        ...options,
      });
      redis.on('error', () => {});
      clients.add(redis);
      return redis;
    },
    kill9,
    async restart() {
      await kill9();
      ({ pid, child } = await start());
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await kill9();
      process.off('exit', endWithUs);
      await rm(dir, { recursive: true, force: true });
    },
  };
}
