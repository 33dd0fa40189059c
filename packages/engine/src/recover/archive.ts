import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BatchContent, type BatchId, formatFault, readBatch } from '@nightpass/core';
import { chooseProviders, type ProviderRules } from '../intake/choose-providers.ts';
import type { Inbox } from '../intake/inbox.ts';
import type { Receipts } from './receipts.ts';

/** Batches as `accepted/` keeps them: `<batch id>.json`, the file as it was dropped. */

export interface ArchivedBatch {
  id: BatchId;
  content: BatchContent;
  contentHash: string;
  /** The provider of each process, by its index. */
  providers: string[];
  /** The drops that are to get its results, the first of them the one it is known by. */
  files: string[];
  /** By what stands in the folder, Unix ms. */
  acceptedAtMs: number;
  /** Whether a receipt says so: the time of a file may be that of its copy. */
  acceptedAtIsSure: boolean;
  /** Why it is not certain on which provider it ran; undefined where it is. */
  providersInDoubt: string | undefined;
}

export type ArchiveReading = { ok: true; batch: ArchivedBatch } | { ok: false; file: string; reason: string };

/** Ids of the batches in `accepted/`. */
export async function archivedIds({ acceptedDir }: Inbox): Promise<BatchId[]> {
  const names = await readdir(acceptedDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap((name) => (/^(b[0-9a-f]{12})\.json$/.exec(name)?.[1] ?? []) as BatchId[]).sort();
}

/** Reads one as the intake would. A file that cannot be used is told, and the others go on. */
export async function readArchived(
  inbox: Inbox,
  id: BatchId,
  rules: ProviderRules,
  receipts: Receipts | undefined,
): Promise<ArchiveReading> {
  const file = `${id}.json`;
  const path = join(inbox.acceptedDir, file);
  const fail = (reason: string): ArchiveReading => ({ ok: false, file, reason });
  const bytes = await readFile(path);
  const reading = readBatch(bytes);
  if (!reading.ok) return fail(`it is no batch file any more: ${reading.faults.map(formatFault)[0] ?? ''}`);
  const { batch: content, contentHash } = reading;

  const told = receipts?.providers.length === content.processes.length ? receipts.providers : undefined;
  const folder = receipts?.files[0]?.includes('/') ? receipts.files[0].split('/', 1)[0] : undefined;
  const choice = told ? { ok: true as const, providers: told } : chooseProviders(content, rules, folder, bytes);
  if (!choice.ok) return fail(`nobody can say where it ran: ${choice.faults.map(formatFault)[0] ?? ''}`);
  const gone = choice.providers.find((name) => !rules.known.includes(name));
  if (gone !== undefined) return fail(`it ran on ${gone}, which is not configured any more`);
  const named = content.provider !== undefined || content.processes.every(({ provider }) => provider !== undefined);
  return {
    ok: true,
    batch: {
      id,
      content,
      contentHash,
      providers: choice.providers,
      files: receipts?.files ?? [file],
      acceptedAtMs: receipts?.acceptedAtMs ?? (await stat(path)).mtimeMs,
      acceptedAtIsSure: receipts?.acceptedAtMs !== undefined,
      providersInDoubt:
        told || named || rules.known.length === 1
          ? undefined
          : `its receipt is gone, which said on which of ${rules.known.join(', ')} it runs`,
    },
  };
}
