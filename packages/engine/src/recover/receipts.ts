import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchId } from '@nightpass/core';
import { z } from 'zod';
import { folders } from '../intake/file-names.ts';
import type { Inbox } from '../intake/inbox.ts';

/** What the folder still says of a batch when the ledger is lost: the receipts beside the dropped files. */
export interface Receipts {
  /** Every drop of this content: paths in the inbox, that of the drop which opened the batch first. */
  files: string[];
  /** When it was accepted, Unix ms; undefined where only later drops of it have a receipt. */
  acceptedAtMs: number | undefined;
  /** Of each process, by its index. */
  providers: string[];
}

const stored = z.object({
  outcome: z.enum(['accepted', 'known']),
  batch: z.string(),
  file: z.string(),
  takenAt: z.iso.datetime(),
  providers: z.array(z.object({ provider: z.string() })),
});

/** By batch id. Receipts that were moved away, changed or half written say nothing. */
export async function readReceipts({ dir }: Inbox): Promise<Map<BatchId, Receipts>> {
  const found = new Map<BatchId, Receipts>();
  for (const path of await receiptPaths(dir)) {
    const receipt = stored.safeParse(parsed(await readFile(path, 'utf8').catch(() => ''))).data;
    if (!receipt) continue;
    const id = receipt.batch as BatchId;
    const known = found.get(id) ?? { files: [], acceptedAtMs: undefined, providers: [] };
    known.providers = receipt.providers.map(({ provider }) => provider);
    if (receipt.outcome === 'accepted') {
      known.files.unshift(receipt.file);
      known.acceptedAtMs = Math.min(known.acceptedAtMs ?? Number.POSITIVE_INFINITY, Date.parse(receipt.takenAt));
    } else known.files.push(receipt.file);
    found.set(id, known);
  }
  return found;
}

/** In the inbox and its sub-folders, ours left out. */
async function receiptPaths(dir: string): Promise<string[]> {
  const ours: readonly string[] = Object.values(folders);
  const paths: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(dir, entry.name));
    if (!entry.isDirectory() || ours.includes(entry.name)) continue;
    for (const name of await readdir(join(dir, entry.name))) paths.push(join(dir, entry.name, name));
  }
  return paths.filter((path) => path.endsWith('.receipt.json'));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
