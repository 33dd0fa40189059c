import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, limitsOf, type Provider } from '@nightpass/core';
import { createProvider } from '@nightpass/providers';
import { ConfigError } from '@nightpass/runtime';
import { UsageError } from './cli.ts';
import type { Installation } from './installation.ts';
import { missingSecrets } from './missing-secrets.ts';
import { listed } from './view/words.ts';

/** A provider that a command asks by itself, outside of any queue. */
export interface AskedProvider {
  adapter: Provider;
  /** Waits until its read pace has room: one process's, and no more. */
  call(): Promise<Call>;
}

const withinMs = 60_000;

/** @throws ConfigError where its secrets are not there */
export function openProvider(installation: Installation, name: string): AskedProvider {
  const { config, secrets } = installation;
  const entry = config.providers[name];
  if (!entry) throw noSuchProvider(installation, name);
  const missing = missingSecrets(installation).filter(({ path }) => path.startsWith(`providers.${name}.`));
  if (missing.length > 0) throw new ConfigError(missing);
  const slot = createLocalPace(limitsOf(entry).readsPerSecond);
  return {
    adapter: createProvider(name, entry, secrets),
    async call() {
      await slot();
      return {
        signal: AbortSignal.timeout(withinMs),
        readSlot: async () => {
          await slot();
          return true;
        },
      };
    },
  };
}

export function noSuchProvider({ config }: Installation, name: string): UsageError {
  return new UsageError(`no provider ${name}; configured: ${listed(Object.keys(config.providers))}`);
}

/** Turns at even distances, in the order in which they are asked for. */
export function createLocalPace(perSecond: number): () => Promise<void> {
  const everyMs = 1000 / perSecond;
  let nextMs = 0;
  return async () => {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, nextMs);
    nextMs = atMs + everyMs;
    if (atMs > nowMs) await sleep(atMs - nowMs);
  };
}
