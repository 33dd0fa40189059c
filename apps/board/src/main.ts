import { parseArgs } from 'node:util';
import { createKeys, createQueues } from '@nightpass/engine';
import { providerKinds } from '@nightpass/providers';
import {
  cannotStart,
  connectRedisFailFast,
  createLogger,
  createSecrets,
  openRedis,
  readConfig,
  untilSignal,
} from '@nightpass/runtime';
import { openNote } from './access/who.ts';
import { boardSettings } from './config.ts';
import { startBoard } from './server.ts';

/** Shows the night: overview, queues, health, metrics. It changes nothing by itself, and any number of them may run. */

const { values: flags } = parseArgs({ options: { 'allow-volatile-redis': { type: 'boolean', default: false } } });
const secrets = createSecrets(process.env);
const config = await readConfig(process.env, providerKinds).catch(cannotStart('board', 2));
const log = createLogger('board', { level: config.logLevel, secrets });
process.on('unhandledRejection', (error) => log.error({ err: error }, 'rejection nobody handled'));
const settings = await boardSettings(config, secrets).catch(cannotStart('board', 2));

const server = await openRedis({
  given: config.redis,
  dataDir: config.dataDir,
  log,
  searchPath: process.env.PATH,
  volatile: flags['allow-volatile-redis'] ? 'allow' : 'refuse',
}).catch(cannotStart('board', 1));
if (server.address.password !== undefined) secrets.remember(server.address.password);
const redis = await connectRedisFailFast(server.address, log, { role: 'board' }).catch(cannotStart('board', 1));
const ledger = { redis, keys: createKeys() };
const queues = new Map(
  [...settings.providers.keys()].map((name) => [name, createQueues(ledger.keys, name, redis, log)]),
);

const board = await startBoard({ settings, ledger, queues, log }).catch(cannotStart('board', 1));
log.info({ url: board.url, redis: server.address.display, destructive: settings.allowDestructive }, 'board started');
const { access, credentials } = settings;
if (!credentials && access.users.size === 0 && !access.proxy) log.warn({ url: board.url }, openNote);

const signal = await untilSignal(['SIGINT', 'SIGTERM']);
log.info({ signal }, 'board stopping');
await board.close();
redis.disconnect();
await server.release();
log.info({}, 'board stopped');
process.exit(0);
