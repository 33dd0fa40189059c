import { parseArgs } from 'node:util';
import { cannotStart } from './cannot-start.ts';
import type { Config } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { type OpenedRedis, openRedis } from './redis/open-redis.ts';
import { createSecrets, type Secrets } from './secrets.ts';

/** What every part of Nightpass begins with. */
export interface Part {
  config: Config;
  secrets: Secrets;
  log: Logger;
  /** Ends the process, with what to mend, where there is no Redis to be had. */
  redis(): Promise<OpenedRedis>;
}

/**
 * Reads flags and config, and opens the log. Ends the process, with what to mend, where it cannot. What nobody caught is
 * told from here on, and ends nothing.
 */
export async function beginPart(
  name: 'producer' | 'worker' | 'board',
  given: { env: NodeJS.ProcessEnv; args: string[]; readConfig: (env: NodeJS.ProcessEnv) => Promise<Config> },
): Promise<Part> {
  const { env, args } = given;
  const { values: flags } = parseArgs({
    args,
    options: { 'allow-volatile-redis': { type: 'boolean', default: false } },
  });
  const config = await given.readConfig(env).catch(cannotStart(name, 2));
  const secrets = createSecrets(env, { dataDir: config.dataDir });
  const log = createLogger(name, { level: config.logLevel, secrets });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'rejection nobody handled'));
  return {
    config,
    secrets,
    log,
    async redis() {
      const server = await openRedis({
        given: config.redis,
        dataDir: config.dataDir,
        log,
        searchPath: env.PATH,
        volatile: flags['allow-volatile-redis'] ? 'allow' : 'refuse',
      }).catch(cannotStart(name, 1));
      if (server.address.password !== undefined) secrets.remember(server.address.password);
      return server;
    },
  };
}
