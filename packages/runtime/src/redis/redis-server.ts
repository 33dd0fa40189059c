import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisBinary } from './redis-binary.ts';

export interface ServerPlace {
  /** Folder of its data, configuration and log. */
  dir: string;
  socketPath: string;
}

export type Settings = Record<string, string | number>;

/**
 * Why each: measured in the engine's experiments. The listpack sizes make a job cost 350 bytes instead of 850; hz 100
 * wakes blocked workers after 10 ms instead of 50; noeviction and the append-only file are what durable means here.
 */
export function serverSettings(binary: RedisBinary, { dir, socketPath }: ServerPlace, more: Settings = {}): Settings {
  // The word changed in 7.0.
  const listpack = Number.parseInt(binary.version, 10) >= 7 ? 'listpack' : 'ziplist';
  return {
    port: 0,
    unixsocket: socketPath,
    unixsocketperm: 700,
    dir,
    logfile: join(dir, 'redis.log'),
    daemonize: 'no',
    appendonly: 'yes',
    appendfsync: 'always',
    'aof-load-truncated': 'yes',
    'aof-use-rdb-preamble': 'yes',
    'no-appendfsync-on-rewrite': 'no',
    // The append-only file holds everything; a snapshot besides would only cost a fork.
    save: '',
    'maxmemory-policy': 'noeviction',
    hz: 100,
    [`hash-max-${listpack}-value`]: 1024,
    [`hash-max-${listpack}-entries`]: 128,
    'tcp-keepalive': 60,
    timeout: 0,
    ...more,
  };
}

/**
 * Starts the server and waits until it answers. `detached`: it outlives us, and no Ctrl-C of ours reaches it.
 * @throws with the end of its log when it ends, or does not answer within `withinMs`.
 */
export async function spawnServer(
  binary: RedisBinary,
  settings: Settings,
  place: ServerPlace,
  options: { lifetime: 'ours' | 'detached'; withinMs: number; onSpawn?: (pid: number) => void },
): Promise<{ pid: number; child: ChildProcess }> {
  const conf = join(place.dir, 'redis.conf');
  const logPath = join(place.dir, 'redis.log');
  writeFileSync(conf, Object.entries(settings).map(confLine).join(''), { mode: 0o600 });
  const log = openSync(logPath, 'a', 0o600);
  const logStart = readFileSync(logPath).length;
  const detached = options.lifetime === 'detached';
  const child = spawn(binary.path, [conf], { cwd: place.dir, detached, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `it ended with ${signal ?? code}`;
  });
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  if (detached) child.unref();
  let signOfLifeMs = performance.now();
  for (;;) {
    const answer = ended === undefined ? await pingSocket(place.socketPath, 1000) : 'none';
    if (answer === 'pong') break;
    // A large append-only file takes minutes to read.
    if (answer === 'loading') signOfLifeMs = performance.now();
    if (ended !== undefined || performance.now() > signOfLifeMs + options.withinMs) {
      child.kill('SIGKILL');
      const tail = readFileSync(logPath).subarray(logStart).toString().trim().split('\n').slice(-12).join('\n');
      const why = ended ?? `it did not answer within ${options.withinMs / 1000} s`;
      throw new Error(`${binary.path} in ${place.dir} did not start: ${why}\n${tail}`);
    }
    await sleep(5);
  }
  if (child.pid === undefined) throw new Error(`${binary.path} has no process id`);
  return { pid: child.pid, child };
}

function confLine([name, value]: [string, string | number]): string {
  return `${name} "${String(value).replace(/[\\"]/g, '\\$&')}"\n`;
}

/** `loading`: it is alive and reads its data. `none`: nobody answers there. */
export function pingSocket(path: string, withinMs: number): Promise<'pong' | 'loading' | 'none'> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (what: 'pong' | 'loading' | 'none') => {
      socket.destroy();
      resolve(what);
    };
    socket.setTimeout(withinMs, () => answer('none'));
    socket.once('error', () => answer('none'));
    socket.once('close', () => answer('none'));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      const text = data.toString();
      answer(text.startsWith('+PONG') ? 'pong' : text.startsWith('-LOADING') ? 'loading' : 'none');
    });
  });
}
