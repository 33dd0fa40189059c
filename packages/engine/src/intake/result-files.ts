import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BatchId } from '@nightpass/core';
import type { BeforeEffect } from './durable-file.ts';
import { besideName } from './file-names.ts';
import type { Inbox } from './inbox.ts';

/**
 * The results of a drop stand beside its receipt. `<file>.result.json` is always of the batch that
 * `<file>.receipt.json` tells of; those of an earlier batch of the same file name are `<file>.<batch>.result.json`.
 */

export const resultEndings = ['.result.geojson', '.result.json', '.report.html'] as const;

/** Where the results of this batch belong, without their ending. */
export async function resultStem(inbox: Inbox, file: string, batch: BatchId): Promise<string> {
  const dir = dirname(join(inbox.dir, file));
  const last = await batchIn(join(dir, besideName(file, '.receipt.json')));
  return last === undefined || last === batch ? '' : `.${batch}`;
}

export const resultPath = (inbox: Inbox, file: string, stem: string, ending: (typeof resultEndings)[number]) =>
  join(dirname(join(inbox.dir, file)), besideName(file, stem + ending));

/** Gives way to a batch that takes over the file's name: results of another one get that one's name. */
export async function putAsideResults(inbox: Inbox, file: string, batch: BatchId, before: BeforeEffect): Promise<void> {
  for (const ending of resultEndings) {
    const path = resultPath(inbox, file, '', ending);
    const other = await batchIn(path);
    if (other === undefined || other === batch) continue;
    before(`put aside ${ending}`);
    await rename(path, resultPath(inbox, file, `.${other}`, ending));
  }
}

/** The batch a file of ours tells of, which stands near its beginning; undefined where there is none. */
async function batchIn(path: string): Promise<string | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
      return /"batch":\s*"(b[0-9a-f]{12})"/.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
