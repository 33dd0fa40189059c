import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisAddress } from './address.ts';
import { pingSocket, type ServerPlace } from './redis-server.ts';
import { forgetServer, livingServer } from './server-place.ts';

const stopsWithinMs = 20_000;

/** Stops the server unless somebody is connected to it. To be called under the start lock. */
export async function stopIfAlone(place: ServerPlace): Promise<'stopped' | 'left' | 'gone'> {
  if ((await pingSocket(place.socketPath, 2000)) === 'none') return 'gone';
  const visitor = new Redis({ ...redisAddress(place.socketPath).options, retryStrategy: () => null });
  visitor.on('error', () => {});
  try {
    if (await othersConnected(visitor)) return 'left';
    // It answers by closing the connection.
    await visitor.shutdown().catch(() => {});
  } finally {
    visitor.disconnect();
  }
  const untilMs = performance.now() + stopsWithinMs;
  for (let running = livingServer(place.dir); running; running = livingServer(place.dir)) {
    if (performance.now() > untilMs) throw new Error(`the private Redis (process ${running.pid}) did not stop`);
    await sleep(5);
  }
  forgetServer(place);
  return 'stopped';
}

/** Our connections, and BullMQ's, which names its own `bull:…`. */
async function othersConnected(visitor: Redis): Promise<boolean> {
  for (let look = 0; look < 3; look++) {
    const list = String(await visitor.client('LIST'));
    if (!/ name=(nightpass|bull):/.test(list)) return false;
    // Connections closed a moment ago may still be listed.
    await sleep(25);
  }
  return true;
}

const freshMark = 'made-fresh';
const lockFile = 'start.lock';

/**
 * Removes all data, and marks the folder as one whose data may be removed. To be called under the start lock.
 * @throws when the folder holds data and has no such mark, or its server is in use
 */
export async function emptyServer(place: ServerPlace): Promise<void> {
  const names = readdirSync(place.dir).filter((name) => name !== lockFile);
  if (names.length > 0 && !existsSync(join(place.dir, freshMark))) {
    throw new Error(`${place.dir} holds a ledger that was not made for a demo: it is not emptied`);
  }
  if ((await stopIfAlone(place)) === 'left') throw new Error(`the Redis in ${place.dir} is in use`);
  for (const name of names) rmSync(join(place.dir, name), { recursive: true, force: true });
  writeFileSync(join(place.dir, freshMark), '');
}
