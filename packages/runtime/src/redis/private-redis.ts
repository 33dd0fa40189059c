import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@nightpass/core';
import { Redis } from 'ioredis';
import { type RedisAddress, redisAddress } from './address.ts';
import { withFileLock } from './file-lock.ts';
import { emptyServer, stopIfAlone } from './last-one-out.ts';
import { ensureRedisBinary } from './redis-binary.ts';
import { pingSocket, type ServerPlace, serverSettings, spawnServer } from './redis-server.ts';
import { livingServer, recordServer, serverDir, serverPlace } from './server-place.ts';

export interface PrivateRedisOptions {
  /** The data folder; the server lives in its sub-folder `redis`. */
  dir: string;
  log: Log;
  /** PATH, to look for the server program in. */
  searchPath?: string | undefined;
  /** As in redis.conf, e.g. `2gb`; unlimited unless given. */
  maxMemory?: string | undefined;
  /** True for demos and tests: starts empty. Refused on a folder that was not made this way, and on one in use. */
  fresh?: boolean | undefined;
}

/** A durable Redis of this data folder's own: no TCP port, a socket only its owner may use. */
export interface PrivateRedis {
  address: RedisAddress;
  /** Of the server now running. */
  readonly pid: number;
  /** Its data, configuration and log. */
  dir: string;
  /** False where another process had started it. */
  startedHere: boolean;
  /** From now until release(), starts it again whenever it dies. For the one process that looks after the others. */
  keepAlive(): void;
  /**
   * Stops it unless somebody else is connected, then it is theirs. Close your own connections first: they count.
   * `gone`: it was not running any more.
   */
  release(): Promise<'stopped' | 'left' | 'gone'>;
}

const answerWithinMs = 20_000;
const lockWaitMs = 60_000;

/**
 * Starts it, or joins the one that runs. Several processes may call this at the same time: one server comes of it.
 * @throws when there is no server program (naming the three ways to one), or it does not start (with its last words).
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { log } = options;
  const dir = serverDir(options.dir);
  const locked = <T>(work: () => Promise<T>) => withFileLock(join(dir, 'start.lock'), { waitMs: lockWaitMs }, work);
  const released = new AbortController();
  let rejoinedAtMs = Number.NEGATIVE_INFINITY;

  const { place, address, holder, ...started } = await locked(async () => {
    const place = await serverPlace(dir);
    if (options.fresh) await emptyServer(place);
    const server = await ensureServer(place, options);
    const address = redisAddress(place.socketPath);
    // The open connection is what tells a leaving process that we are here: it is made before the lock is let go.
    const holder = new Redis({
      ...address.options,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: () => (released.signal.aborted ? null : 100),
      connectionName: 'nightpass:holder',
    });
    holder.on('error', () => {});
    await holder.connect();
    holder.on('reconnecting', () => {
      rejoinedAtMs = performance.now();
    });
    return { ...server, place, address, holder };
  });
  let { pid } = started;
  log.debug({ pid, redis: address.display }, started.startedHere ? 'private redis started' : 'private redis joined');

  let reviving: Promise<void> | undefined;
  const deathsMs: number[] = [];
  async function revive(): Promise<void> {
    const downSinceMs = performance.now();
    for (let waitMs = backoffMs(deathsMs); !released.signal.aborted; waitMs = Math.min(waitMs * 2 + 200, 10_000)) {
      await sleep(waitMs, undefined, { signal: released.signal }).catch(() => {});
      try {
        const server = await locked(async () => (released.signal.aborted ? undefined : ensureServer(place, options)));
        if (server?.startedHere) {
          const downMs = Math.round(performance.now() - downSinceMs);
          log.warn({ pid: server.pid, diedPid: pid, downMs }, 'private redis died and was started again');
        }
        pid = server?.pid ?? pid;
        return;
      } catch (error) {
        log.error({ reason: (error as Error).message }, 'private redis did not start');
      }
    }
  }

  return {
    address,
    get pid() {
      return pid;
    },
    dir,
    startedHere: started.startedHere,
    keepAlive() {
      holder.on('close', () => {
        if (released.signal.aborted || reviving) return;
        reviving = revive().finally(() => {
          reviving = undefined;
        });
      });
    },
    async release() {
      if (released.signal.aborted) return 'left';
      released.abort();
      await reviving;
      // After a revival the others need a moment to be connected again, and to be seen.
      await sleep(Math.max(0, rejoinedAtMs + 3000 - performance.now()));
      return locked(() => {
        holder.disconnect();
        return stopIfAlone(place);
      });
    },
  };
}

/** The first death is mended at once; a server that dies again and again gets more and more rest. */
function backoffMs(deathsMs: number[]): number {
  const nowMs = performance.now();
  const recent = deathsMs.filter((atMs) => atMs > nowMs - 60_000);
  deathsMs.splice(0, deathsMs.length, ...recent, nowMs);
  return Math.min(200 * recent.length, 5000);
}

/** To be called under the lock. */
async function ensureServer(
  place: ServerPlace,
  { log, searchPath, maxMemory }: PrivateRedisOptions,
): Promise<{ pid: number; startedHere: boolean }> {
  const running = livingServer(place.dir);
  if (running) {
    await untilAnswers(place, running.pid);
    return { pid: running.pid, startedHere: false };
  }
  if ((await pingSocket(place.socketPath, 1000)) !== 'none') {
    throw new Error(`a server that Nightpass did not record answers at ${place.socketPath}: stop it, and start again`);
  }
  const binary = await ensureRedisBinary({ searchPath, say: (line) => log.info({}, line) });
  const settings = serverSettings(binary, place, maxMemory === undefined ? {} : { maxmemory: maxMemory });
  const { pid } = await spawnServer(binary, settings, place, {
    lifetime: 'detached',
    withinMs: answerWithinMs,
    onSpawn: (spawned) => recordServer(place.dir, spawned, place.socketPath),
  });
  return { pid, startedHere: true };
}

async function untilAnswers({ dir, socketPath }: ServerPlace, pid: number): Promise<void> {
  for (let lastSignMs = performance.now(); ; await sleep(20)) {
    const answer = await pingSocket(socketPath, 1000);
    if (answer === 'pong') return;
    if (answer === 'loading') lastSignMs = performance.now();
    // Never a second server on the same files: that would ruin them.
    if (performance.now() > lastSignMs + answerWithinMs) {
      throw new Error(`the private Redis (process ${pid}) runs but does not answer; see ${join(dir, 'redis.log')}`);
    }
  }
}
