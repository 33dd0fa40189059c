import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Limits, limitsOf } from '@nightpass/core';
import { createKeys, type LedgerContext } from '@nightpass/engine';
import { providerKinds } from '@nightpass/providers';
import {
  type Config,
  connectRedisFailFast,
  createLogger,
  createSecrets,
  ensureRedisBinary,
  type Logger,
  type ReadConfigOptions,
  readConfig,
  type Secrets,
  startPrivateRedis,
} from '@nightpass/runtime';
import { type Cli, Interrupted, UsageError } from './cli.ts';

/** The installation that a command speaks of: its config, and its ledger. */

export interface Installation {
  config: Config;
  secrets: Secrets;
  /** To stderr, warnings and worse; LOG_LEVEL, where set, decides. */
  log: Logger;
}

export async function readInstallation(cli: Cli, need: ReadConfigOptions['providers']): Promise<Installation> {
  const config = await readConfig(cli.env, providerKinds, { providers: need ?? 'needed' });
  const secrets = createSecrets(cli.env, { dataDir: config.dataDir });
  if (config.redis?.password !== undefined) secrets.remember(config.redis.password);
  const level = cli.env.LOG_LEVEL?.trim() ? config.logLevel : 'warn';
  return { config, secrets, log: createLogger('cli', { level, secrets, to: 'stderr' }) };
}

export interface OpenLedger extends Installation {
  ledger: LedgerContext;
  /** Aborted once the ledger is closed: whoever waits for it to come back need not any more. */
  closed: AbortSignal;
  /** Undefined where the provider is not configured here. */
  limitsOf(provider: string): Limits | undefined;
}

/** Whether there can be any batch: a private Redis is only started where there has been one. */
export function hasLedger({ redis, dataDir }: Config): boolean {
  return redis !== undefined || existsSync(join(dataDir, 'redis'));
}

export const emptyState = (config: Config) => `no batches yet: drop a file into ${config.inboxDir}`;

/**
 * Runs `work` on the ledger, whether or not anything of Nightpass runs now: the private Redis of the data folder is
 * joined, or started and stopped around the work.
 */
export async function withLedger<T>(
  cli: Cli,
  installation: Installation,
  work: (open: OpenLedger) => Promise<T>,
): Promise<T> {
  const { config, log } = installation;
  if (!hasLedger(config)) throw new UsageError(emptyState(config));
  const own = config.redis ? undefined : await startOwnRedis(cli, installation);
  try {
    const closing = new AbortController();
    const redis = await connectRedisFailFast(own?.address ?? config.redis ?? '', log, { role: 'cli' });
    try {
      const limits = (name: string) => {
        const entry = config.providers[name];
        return entry && limitsOf(entry);
      };
      const ledger = { redis, keys: createKeys() };
      return await unlessInterrupted(work({ ...installation, ledger, closed: closing.signal, limitsOf: limits }));
    } finally {
      closing.abort();
      redis.disconnect();
    }
  } finally {
    await own?.release();
  }
}

/** So that Ctrl-C, too, leaves no private Redis behind. @throws Interrupted */
async function unlessInterrupted<T>(work: Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let stop = (_: NodeJS.Signals) => {};
  const interrupted = new Promise<never>((_, reject) => {
    stop = (signal) => reject(new Interrupted(signal));
  });
  for (const signal of signals) process.on(signal, stop);
  // Cut off from Redis, it fails; nobody listens any more.
  work.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/** The private one of the data folder. Should a server program have to be installed, that is said. */
export async function startOwnRedis(cli: Cli, { config, log }: Installation) {
  await ensureRedisBinary({ searchPath: cli.env.PATH, say: cli.note });
  return startPrivateRedis({ dir: config.dataDir, log, searchPath: cli.env.PATH });
}
