import { limitsOf } from '@nightpass/core';
import { createKeys, openInbox } from '@nightpass/engine';
import { takesOf } from '@nightpass/providers';
import {
  beginPart,
  cannotStart,
  connectRedis,
  createChannels,
  createPing,
  startTelemetry,
  untilSignal,
  withTimeout,
} from '@nightpass/runtime';
import { readProducerConfig } from './config.ts';
import { startHerald } from './herald.ts';
import { adaptersOf, startPreflight } from './preflight.ts';
import { startProducer } from './producer.ts';
import { createReports } from './reports.ts';

/**
 * Takes batch files from the inbox, and answers there; tells people of the night, where configured. Several producers may
 * serve one inbox: one works at a time.
 */

const closeMs = 10_000;

const part = await beginPart('producer', {
  env: process.env,
  args: process.argv.slice(2),
  readConfig: readProducerConfig,
});
const { config, secrets, log } = part;

// A missing secret is told before anything is started. Without a preflight, a producer needs none.
const adapters = await Promise.resolve()
  .then(() => (config.inbox.preflight ? adaptersOf(config, secrets) : undefined))
  .catch(cannotStart('producer', 2));
const inbox = await openInbox(config.inboxDir).catch(cannotStart('producer', 1));
const telemetry = config.tracesTo ? await startTelemetry('producer', part) : undefined;
const server = await part.redis();
const redis = connectRedis(server.address, log, { role: 'producer' });
const ledger = { redis, keys: createKeys() };

const preflight = adapters && startPreflight(adapters, { ledger, log });
const producer = startProducer({
  ledger,
  inbox,
  providers: {
    known: Object.keys(config.providers),
    default: config.defaultProvider,
    takes: takesOf(config.providers),
  },
  ...config.inbox,
  preflight: preflight?.check,
  reports: config.report.auto ? createReports(ledger, config.report) : undefined,
  log,
});
// Whoever reads that it has started may stop it at once.
const stopping = untilSignal(['SIGINT', 'SIGTERM']);
log.info({ inbox: inbox.dir, redis: server.address.display }, 'producer started');

const { notify } = config;
// On a connection of its own: notices never stand before the intake.
const heraldRedis = notify && connectRedis(server.address, log, { role: 'herald' });
const herald =
  heraldRedis &&
  startHerald({
    ledger: { redis: heraldRedis, keys: createKeys() },
    providers: new Map(Object.entries(config.providers).map(([name, entry]) => [name, limitsOf(entry)])),
    channels: createChannels(notify, secrets),
    ping: notify.deadMansPing && {
      send: createPing(notify.deadMansPing, secrets),
      everyMs: notify.deadMansPing.everySeconds * 1000,
    },
    boardUrl: notify.boardUrl,
    reportsBeside: config.report.auto,
    log,
  });

const signal = await stopping;
log.info({ signal }, 'producer stopping');
// Without Redis the work cannot end; whatever is under way is finished at the next start.
const how = await withTimeout(Promise.all([producer.close(), herald?.close()]), closeMs);
await Promise.all([preflight?.close(), telemetry?.close()]);
redis.disconnect();
heraldRedis?.disconnect();
await server.release();
log.info({ how: how.kind }, 'producer stopped');
process.exit(0);
