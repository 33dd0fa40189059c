import { access, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Fault } from '@nightpass/core';
import { type BeforeEffect, syncFolder, writeDurably } from './durable-file.ts';
import { besideName, folders, numbered } from './file-names.ts';
import type { Inbox } from './inbox.ts';
import { identityOf } from './read-drop.ts';
import { type Receipt, rejectedReceipt } from './receipt.ts';

export interface Refusal {
  /** Its path in the inbox. */
  file: string;
  /** Of the file that was judged: one that was mended meanwhile stays. */
  identity: string;
  faults: readonly Fault[];
  faultCount: number;
  nowMs: number;
}

/**
 * Moves a refused file to `rejected/`, with its receipt beside it; an earlier one of the same name stays as it is.
 * The receipt comes first: killed in between, the file still lies in the inbox, and is refused again.
 * @returns undefined where the file changed or went away meanwhile: then nothing was done.
 */
export async function rejectFile(inbox: Inbox, refusal: Refusal, before: BeforeEffect): Promise<Receipt | undefined> {
  const path = join(inbox.dir, refusal.file);
  await mkdir(inbox.rejectedDir, { recursive: true });
  const name = await freeName(inbox.rejectedDir, basename(refusal.file));
  const receipt = rejectedReceipt({ ...refusal, keptAs: `${folders.rejected}/${name}` });
  const receiptPath = join(inbox.rejectedDir, besideName(name, '.receipt.json'));
  await writeDurably(receiptPath, `${JSON.stringify(receipt, null, 2)}\n`, before);
  if ((await identityOf(path)) !== refusal.identity) {
    await rm(receiptPath, { force: true });
    return undefined;
  }
  before('move the file to rejected');
  await rename(path, join(inbox.rejectedDir, name));
  before('sync the folders of a rejected file');
  await syncFolder(inbox.rejectedDir);
  await syncFolder(dirname(path));
  return receipt;
}

/** A receipt without its file is of a move that a crash cut short: its name is free. */
async function freeName(dir: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = numbered(name, n);
    const taken = await access(join(dir, candidate)).then(
      () => true,
      () => false,
    );
    if (!taken) return candidate;
  }
}
