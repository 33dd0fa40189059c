import { type Limits, limitsOf, type Provider, parseTaskId } from '@nightpass/core';
import { type Asker, type BatchRecord, gridIndex, type LedgerContext } from '@nightpass/engine';
import { createProvider } from '@nightpass/providers';
import { UsageError } from '../cli.ts';
import type { Installation } from '../installation.ts';

/** Which tasks a command on results speaks of, and whom it asks about them. */

export interface Which {
  /** An id, a name, or a number in the order of the file. */
  process: string | undefined;
  tasks: readonly string[];
}

/** @throws UsageError for a process or a task that the batch does not have */
export function chooseTasks(
  processes: readonly { id: string; name: string }[],
  batch: BatchRecord,
  which: Which,
): (index: number) => boolean {
  const chosen = new Set(processIndexes(processes, batch, which.process));
  const only = which.tasks.length === 0 ? undefined : new Set(which.tasks.map((text) => indexOf(text, batch)));
  return (index: number) =>
    (only?.has(index) ?? true) && (batch.zoneCount === 0 || chosen.has(Math.floor(index / batch.zoneCount)));
}

export function processIndexes(
  processes: readonly { id: string; name: string }[],
  batch: BatchRecord,
  wanted: string | undefined,
): number[] {
  const found = processes.flatMap(({ id, name }, index) =>
    wanted === undefined || [id, name, String(index)].includes(wanted) ? [index] : [],
  );
  if (found.length > 0) return found;
  const known = processes.map(({ name }, index) => `${index} (${name})`).join(', ');
  throw new UsageError(`no process ${wanted} in ${batch.id}; there is ${known}`);
}

function indexOf(text: string, batch: BatchRecord): number {
  const ref = parseTaskId(text);
  if (ref?.batchId === batch.id && ref.processIndex < batch.processCount && ref.zoneIndex < batch.zoneCount) {
    return gridIndex(ref, batch);
  }
  throw new UsageError(`${text} is no task of ${batch.id}: a task is named ${batch.id}-<process>-<zone>`);
}

/** Adapters of the providers that are asked, each made when it is. */
export interface Askers {
  /** Undefined: it is not configured here. @throws UsageError where its secrets are not there */
  of(provider: string): (Asker & { origin: string }) | undefined;
  close(): Promise<void>;
}

export function createAskers(ledger: LedgerContext, { config, secrets }: Installation): Askers {
  const made = new Map<string, Provider>();
  return {
    of(name) {
      const entry = config.providers[name];
      if (!entry) return undefined;
      const limits: Limits = limitsOf(entry);
      const adapter = made.get(name) ?? adapterOf(name, entry);
      made.set(name, adapter);
      return { name, ledger, limits, adapter, origin: new URL(entry.baseUrl).origin };
    },
    close: async () => void (await Promise.all([...made.values()].map((adapter) => adapter.close()))),
  };

  function adapterOf(name: string, entry: object): Provider {
    try {
      return createProvider(name, entry, secrets);
    } catch (error) {
      throw new UsageError(`provider ${name}: ${(error as Error).message}`);
    }
  }
}
