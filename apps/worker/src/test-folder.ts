import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BatchId, silentLog } from '@nightpass/core';
import { type Inbox, openInbox, type RecoverOptions, takeFile } from '@nightpass/engine';
import { createProvider, parseProviderConfig } from '@nightpass/providers';
import { batchOf, type Night } from './test-night.ts';

/** A folder for a night's files, and what a recovery of it needs. */
export interface Folder {
  inbox: Inbox;
  /** Drops a batch file and takes it, as the producer does. */
  drop(file: string, content?: object): Promise<BatchId>;
  /** What `nightpass recover` would call with, ready at once. */
  options(changed?: Partial<RecoverOptions>): RecoverOptions;
  remove(): Promise<void>;
}

export async function createFolder(night: Night, provider: Record<string, unknown> = {}): Promise<Folder> {
  const dir = await mkdtemp(join(tmpdir(), 'nightpass-recover-'));
  const inbox = await openInbox(dir);
  const rules = { known: [night.provider], default: night.provider };
  const adapter = createProvider(
    night.provider,
    parseProviderConfig(night.provider, {
      kind: 'airbus-playground',
      baseUrl: night.platform.url,
      auth: { kind: 'bearer', tokenEnv: 'TEST_TOKEN' },
      ...provider,
    }),
    () => 'test-token',
  );
  return {
    inbox,
    async drop(file, content = fileOf({ processes: 2, zones: 20 })) {
      await writeFile(join(dir, file), JSON.stringify(content));
      const intake = { ledger: night.ledger, inbox, providers: rules, maxFileBytes: 1e8, patienceMs: 0 };
      const taken = await takeFile(intake, { file, unchangedForMs: 1, nowMs: Date.now() });
      if (taken.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(taken)}`);
      return taken.batch;
    },
    options: (changed = {}) => ({
      ledger: night.ledger,
      inbox,
      rules,
      providers: new Map([[night.provider, { adapter, limits: night.limits }]]),
      log: silentLog,
      quietMs: 0,
      patienceMs: 3_000,
      ...changed,
    }),
    async remove() {
      await adapter.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A batch file. */
export function fileOf(size: { processes: number; zones: number }) {
  const { processes, zones } = batchOf(size);
  return {
    processes: processes.map(({ id, name, datasetId, projectId }) => ({
      id,
      name,
      dataset_id: datasetId,
      project_id: projectId,
    })),
    zones: zones.map(({ id, imageId, location, geom }) => ({ id, image_id: imageId, location, geom })),
  };
}
