import { type Provider, silentLog } from '@nightpass/core';
import { recordLaunched, type TaskPlace, writeIntent } from '../ledger/launching.ts';
import { createBatchCache, type ProviderRun } from '../provider-run.ts';
import { provider, type TestLedger } from '../test-ledger.ts';

/** A run of the sweep in a test: the ledger is real, the adapter is what the test says. */

const intent = { maxInFlight: 99, launchesPerSecond: 99, orphanMs: 60_000, probe: undefined, alone: false, token: 'm' };

export async function intended(it: TestLedger, at: TaskPlace): Promise<void> {
  await it.lock(at, 'm');
  const { kind } = await writeIntent(it.ledger, at, intent);
  if (kind !== 'go') throw new Error(`not launched: ${kind}`);
}

/** Runs as remote job `r-<zone>`, and is due. */
export async function running(it: TestLedger, zone: number): Promise<void> {
  await intended(it, it.at(0, zone));
  const job = { id: `r-${zone}`, address: `/jobs/r-${zone}` };
  await recordLaunched(it.ledger, it.at(0, zone), { attempt: 1, job, lookInMs: 0, rule: 'test' });
}

export function runOf(it: TestLedger, adapter: Partial<Provider>): ProviderRun {
  return {
    name: provider,
    ledger: it.ledger,
    adapter: { findsBy: 'key', ...adapter } as Provider,
    limits: {
      readsPerSecond: 1000,
      minLookMs: 10_000,
      maxLookMs: 20_000,
      processTimeoutMs: {},
      remoteJobTimeoutMs: 1e9,
    } as unknown as ProviderRun['limits'],
    queues: {
      track: { updateJobProgress: async () => {}, getJob: async () => undefined },
    } as unknown as ProviderRun['queues'],
    batches: createBatchCache(it.ledger),
    log: silentLog,
    random: () => 0.5,
  };
}
