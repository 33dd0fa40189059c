import { createHash, randomInt } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { processBirth } from './process-birth.ts';
import type { ServerPlace } from './redis-server.ts';

/** What we write down of the server we started, so that another process finds it. */
export interface ServerRecord {
  pid: number;
  /** See processBirth: the id alone may belong to another process by now. */
  birth: string;
  socketPath: string;
}

/** A socket's path must fit in 104 bytes on macOS, 108 on Linux. */
const longestSocketPath = 100;

/** Makes the folder of the server in a data folder. */
export function serverDir(dataDir: string): string {
  mkdirSync(join(dataDir, 'redis'), { recursive: true, mode: 0o700 });
  return realpathSync(join(dataDir, 'redis'));
}

/**
 * Where the socket is: in the folder where that can be, else under the system's tmp. Once chosen it stays, dead server
 * or not, also where TMPDIR changes. To be called under the start lock.
 */
export async function serverPlace(dir: string): Promise<ServerPlace> {
  const earlier = readRecord(dir)?.socketPath;
  if (earlier && existsSync(dirname(earlier))) return { dir, socketPath: earlier };
  const socketPath = join(dir, 'redis.sock');
  if (Buffer.byteLength(socketPath) <= longestSocketPath && (await holdsSockets(dir))) return { dir, socketPath };
  const { uid } = userInfo();
  const short = join(tmpdir(), `nightpass-${uid}-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const found = lstatSync(short);
  if (found.uid !== uid || (found.mode & 0o077) !== 0 || !found.isDirectory()) {
    throw new Error(`${short} belongs to somebody else or is open to others: remove it, and start again`);
  }
  return { dir, socketPath: join(short, 'redis.sock') };
}

/** Network shares and some mounts hold files but no sockets. */
function holdsSockets(dir: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(join(dir, `p${randomInt(1e9)}`), () => server.close(() => resolve(true)));
  });
}

/** The recorded server, if that very process still runs. */
export function livingServer(dir: string): ServerRecord | undefined {
  const record = readRecord(dir);
  return record && processBirth(record.pid) === record.birth ? record : undefined;
}

function readRecord(dir: string): ServerRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8')) as ServerRecord;
  } catch {
    return undefined;
  }
}

export function recordServer(dir: string, pid: number, socketPath: string): void {
  const record: ServerRecord = { pid, birth: processBirth(pid) ?? '', socketPath };
  writeFileSync(join(dir, 'server.json.tmp'), JSON.stringify(record), { mode: 0o600 });
  renameSync(join(dir, 'server.json.tmp'), join(dir, 'server.json'));
}

export function forgetServer({ dir, socketPath }: ServerPlace): void {
  rmSync(join(dir, 'server.json'), { force: true });
  rmSync(socketPath, { force: true });
  if (dirname(socketPath) !== dir) rmSync(dirname(socketPath), { recursive: true, force: true });
}
