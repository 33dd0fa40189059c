import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Log } from '@nightpass/core';
import { type LedgerContext, type ProviderQueues, startActionRunner } from '@nightpass/engine';
import { withTimeout } from '@nightpass/runtime';
import { type FastifyInstance, fastify } from 'fastify';
import { loginRoutes } from './access/login-page.ts';
import type { ApiParts } from './api/api-parts.ts';
import { createChanges } from './api/changes.ts';
import { apiRoutes } from './api/routes.ts';
import type { BoardSettings } from './config.ts';
import { consoleRoutes } from './console-routes.ts';
import { guardDoor } from './door.ts';
import { healthRoutes } from './health.ts';
import { createIndexes } from './index/indexes.ts';
import { metricsRoute } from './metrics.ts';
import { handleTrouble } from './pages/trouble.ts';
import { queueRoutes } from './queues/bull-board.ts';
import { redisGate } from './redis-gate.ts';
import { setSecurityHeaders } from './security-headers.ts';

/** What the board is made of. */
export interface BoardParts {
  settings: BoardSettings;
  /** Its Redis must fail fast: pages answer at once, also while Redis is away. */
  ledger: LedgerContext;
  /** By provider. */
  queues: ReadonlyMap<string, ProviderQueues>;
  log: Log;
}

const staticDir = fileURLToPath(new URL('../static', import.meta.url));
/** Pages in the making get so long; then their connections are cut. */
const closeWithinMs = 1_500;

/** The board, not yet listening. */
export async function buildBoard(parts: ApiParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, forceCloseConnections: 'idle', routerOptions: { maxParamLength: 200 } });
  handleTrouble(app, parts);
  await setSecurityHeaders(app);
  await guardDoor(app, parts);
  await app.register(fastifyStatic, { root: staticDir, prefix: '/static/', cacheControl: true, maxAge: '5m' });
  await consoleRoutes(app, parts);
  healthRoutes(app, parts);
  await app.register(async (live) => {
    redisGate(live, parts);
    loginRoutes(live, parts);
    await apiRoutes(live, parts);
    metricsRoute(live, parts);
    await live.register(queueRoutes(parts));
  });
  return app;
}

export interface RunningBoard {
  url: string;
  app: FastifyInstance;
  /** Resolves within 2 s, whatever clients hold open. */
  close(): Promise<void>;
}

/** @throws when its port is taken, or cannot be had */
export async function startBoard(given: BoardParts): Promise<RunningBoard> {
  const { ledger, queues, log } = given;
  const runner = startActionRunner({ ledger, log, launchQueue: (provider) => queues.get(provider)?.launch });
  const indexes = createIndexes(ledger, log);
  const changes = createChanges(given);
  const parts: ApiParts = { ...given, indexes, changes, runner };
  const app = await buildBoard(parts);
  const { host, port } = parts.settings;
  const url = await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`it cannot listen on ${host}:${port} (${error.code}): choose another board.host or board.port`);
  });
  return {
    url,
    app,
    async close() {
      indexes.stop();
      changes.stop();
      const stopped = runner.stop();
      const closed = app.close();
      if ((await withTimeout(closed, closeWithinMs)).kind === 'timeout') app.server.closeAllConnections();
      const closing = [...parts.queues.values()].flatMap(({ launch, track }) => [launch.close(), track.close()]);
      await withTimeout(Promise.allSettled([closed, stopped, ...closing]), 300);
    },
  };
}
