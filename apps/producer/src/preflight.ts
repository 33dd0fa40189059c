import { limitsOf } from '@nightpass/core';
import { createPreflight, type IntakePreflight, type LedgerContext } from '@nightpass/engine';
import { createProvider } from '@nightpass/providers';
import type { Config, Log, Secrets } from '@nightpass/runtime';

export interface RunningPreflight {
  check: IntakePreflight['check'];
  close(): Promise<void>;
}

/** The adapter of each configured provider, to be asked before a file is taken. @throws where a secret is missing */
export function adaptersOf({ providers }: Config, secrets: Secrets) {
  return Object.entries(providers).map(([name, entry]) => ({
    name,
    limits: limitsOf(entry),
    adapter: createProvider(name, entry, secrets),
  }));
}

export function startPreflight(
  adapters: ReturnType<typeof adaptersOf>,
  { ledger, log }: { ledger: LedgerContext; log: Log },
): RunningPreflight {
  const providers = Object.fromEntries(adapters.map(({ name, ...its }) => [name, its]));
  const { check, close } = createPreflight({ ledger, providers, log });
  return {
    check,
    async close() {
      close();
      await Promise.all(adapters.map(({ adapter }) => adapter.close()));
    },
  };
}
