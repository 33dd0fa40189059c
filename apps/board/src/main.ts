import { createKeys, createQueues } from '@nightpass/engine';
import { providerKinds } from '@nightpass/providers';
import { beginPart, cannotStart, connectRedisFailFast, readConfig, untilSignal } from '@nightpass/runtime';
import { openNote } from './access/who.ts';
import { boardSettings } from './config.ts';
import { startBoard } from './server.ts';

/** Shows the night: overview, queues, health, metrics. It changes nothing by itself, and any number of them may run. */

const part = await beginPart('board', {
  env: process.env,
  args: process.argv.slice(2),
  readConfig: (env) => readConfig(env, providerKinds),
});
const { config, secrets, log } = part;
const settings = await boardSettings(config, secrets).catch(cannotStart('board', 2));

const server = await part.redis();
const redis = await connectRedisFailFast(server.address, log, { role: 'board' }).catch(cannotStart('board', 1));
const ledger = { redis, keys: createKeys() };
const queues = new Map(
  [...settings.providers.keys()].map((name) => [name, createQueues(ledger.keys, name, redis, log)]),
);

const board = await startBoard({ settings, ledger, queues, log }).catch(cannotStart('board', 1));
// Whoever reads that it has started may stop it at once.
const stopping = untilSignal(['SIGINT', 'SIGTERM']);
log.info({ url: board.url, redis: server.address.display, destructive: settings.allowDestructive }, 'board started');
const { access, credentials } = settings;
if (!credentials && access.users.size === 0 && !access.proxy) log.warn({ url: board.url }, openNote);

const signal = await stopping;
log.info({ signal }, 'board stopping');
await board.close();
redis.disconnect();
await server.release();
log.info({}, 'board stopped');
process.exit(0);
