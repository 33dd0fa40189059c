import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from './durable-file.ts';
import { besideName } from './file-names.ts';
import type { Inbox } from './inbox.ts';

/**
 * What the folder says of a file that waits for its platform: `<file>.waiting.json`, beside it for as long as it waits.
 * Fields are only ever added.
 */
export interface WaitingNote {
  /** Of this format. */
  nightpass: 1;
  outcome: 'waiting';
  /** As it was dropped: its path in the inbox, with `/`. */
  file: string;
  /** ISO 8601, UTC: since when for this reason. */
  since: string;
  reason: string;
  /** For people: what happens now. */
  note: string;
}

const stored = z.object({
  nightpass: z.literal(1),
  outcome: z.literal('waiting'),
  file: z.string(),
  reason: z.string(),
});

const pathOf = ({ dir }: Inbox, file: string) => join(dir, dirname(file), besideName(file, '.waiting.json'));

/** Written only where it says something new: over a share, each writing costs. */
export async function writeWaitingNote(inbox: Inbox, file: string, reason: string, nowMs: number): Promise<void> {
  const path = pathOf(inbox, file);
  if ((await readNote(path))?.reason === reason) return;
  const note: WaitingNote = {
    nightpass: 1,
    outcome: 'waiting',
    file,
    since: new Date(nowMs).toISOString(),
    reason,
    note: 'Nothing of it was launched yet. It is tried again by itself; take the file away to call it off.',
  };
  await writeDurably(path, `${JSON.stringify(note, null, 2)}\n`);
}

export async function removeWaitingNote(inbox: Inbox, file: string): Promise<void> {
  await rm(pathOf(inbox, file), { force: true });
}

/** Undefined where there is none, or what is there is not ours. */
async function readNote(path: string): Promise<z.infer<typeof stored> | undefined> {
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes notes of files that are not there any more: taken when we were killed, or taken away. */
export async function removeStaleNotes(
  { dir }: Inbox,
  notes: readonly string[],
  isThere: (file: string) => Promise<boolean>,
): Promise<void> {
  for (const name of notes) {
    const note = await readNote(join(dir, name));
    if (note && !(await isThere(note.file))) await rm(join(dir, name), { force: true });
  }
}
