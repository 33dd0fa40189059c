import { limitsOf } from '@nightpass/core';
import { createKeys, createQueueTelemetry, startActionRunner } from '@nightpass/engine';
import { createProvider, providerKinds } from '@nightpass/providers';
import {
  beginPart,
  cannotStart,
  connectRedis,
  connectRedisFailFast,
  readConfig,
  startTelemetry,
  untilSignal,
  withTimeout,
} from '@nightpass/runtime';
import { startWatched } from './watched.ts';

/** Launches tasks and follows them: one set of loops a provider. As many workers as wanted may share a Redis. */

const drainMs = 20_000;

const part = await beginPart('worker', {
  env: process.env,
  args: process.argv.slice(2),
  readConfig: (env) => readConfig(env, providerKinds),
});
const { config, secrets, log } = part;

// A missing secret is told before anything is started.
const adapters = await Promise.all(
  Object.entries(config.providers).map(async ([name, entry]) => ({
    name,
    limits: limitsOf(entry),
    adapter: createProvider(name, entry, secrets),
  })),
).catch(cannotStart('worker', 2));

const telemetry = config.tracesTo ? await startTelemetry('worker', part) : undefined;
const server = await part.redis();
const redis = connectRedis(server.address, log, { role: 'worker' });
const ledger = { redis, keys: createKeys() };

const redisAnswers = () =>
  connectRedisFailFast(server.address, log, { role: 'watchdog' }).then(
    (fresh) => {
      fresh.disconnect();
      return true;
    },
    () => false,
  );

const connection = {
  ...server.address.options,
  maxRetriesPerRequest: null,
  retryStrategy: (times: number) => Math.min(200 * times, 2000),
  connectionName: 'nightpass:worker-queue',
};
const queueTelemetry = telemetry && (await createQueueTelemetry());
const running = adapters.map((it) =>
  startWatched({
    ...it,
    ledger,
    connection,
    runway: config.launchRunway,
    log,
    telemetry: queueTelemetry,
    redisAnswers,
  }),
);
// What people began goes on though no board runs. Only what moves jobs in a queue is left to a board, which knows all queues.
const actions = startActionRunner({ ledger, log, launchQueue: () => undefined }, (action) => action !== 'priority');
// Whoever reads that it has started may stop it at once.
const stopping = untilSignal(['SIGINT', 'SIGTERM']);
log.info({ providers: adapters.map((it) => it.name), redis: server.address.display }, 'worker started');

const signal = await stopping;
log.info({ signal }, 'worker draining');
const [how] = await Promise.all([
  Promise.all(running.map((provider) => provider.drain(drainMs))),
  // Redis may be away: a slice that was not done is done by another.
  withTimeout(actions.stop(), 2_000),
]);
redis.disconnect();
await Promise.all([...adapters.map((it) => it.adapter.close()), telemetry?.close()]);
await server.release();
log.info({ how }, 'worker stopped');
process.exit(how.includes('gaveUp') ? 1 : 0);
