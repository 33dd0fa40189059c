import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inboxFolders, isWaitingNote, nameKind } from '@nightpass/engine';

/** A file that lies in the inbox to be taken. */
export interface Candidate {
  /** Its path in the inbox, with `/`. */
  file: string;
  /** Another text as soon as the file is written to or replaced. */
  version: string;
  mtimeMs: number;
}

export interface InboxScan {
  candidates: Candidate[];
  /** What is left alone, though somebody may have meant it; with the reason. */
  foreign: { file: string; reason: string }[];
  /** What we said of files that wait. */
  notes: string[];
}

/**
 * Looks at what lies in the inbox and in its sub-folders. Reads no file.
 * @throws where the inbox itself cannot be read
 */
export async function scanInbox(dir: string): Promise<InboxScan> {
  const scan: InboxScan = { candidates: [], foreign: [], notes: [] };
  const ours = new Set<string>(Object.values(inboxFolders));
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (!entry.isDirectory()) await lookAt(scan, dir, entry, '');
    else if (!ours.has(entry.name) && !entry.name.startsWith('.')) await scanFolder(scan, dir, entry.name);
  }
  return scan;
}

async function scanFolder(scan: InboxScan, dir: string, folder: string): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(dir, folder), { withFileTypes: true });
  } catch (error) {
    scan.foreign.push({ file: folder, reason: `the folder cannot be read (${(error as NodeJS.ErrnoException).code})` });
    return;
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) await lookAt(scan, dir, entry, `${folder}/`);
    else if (!entry.name.startsWith('.')) {
      const reason = 'folders in sub-folders of the inbox are not looked into';
      scan.foreign.push({ file: `${folder}/${entry.name}`, reason });
    }
  }
}

async function lookAt(scan: InboxScan, dir: string, entry: Dirent, folder: string): Promise<void> {
  const file = folder + entry.name;
  const kind = nameKind(entry.name);
  if (isWaitingNote(entry.name)) scan.notes.push(file);
  if (kind === 'ignored') return;
  if (kind === 'foreign') {
    const reason = entry.isSymbolicLink() ? 'it is a link' : 'its name does not end in .json';
    scan.foreign.push({ file, reason });
    return;
  }
  try {
    const { size, mtimeNs, mtimeMs, ino } = await stat(join(dir, file), { bigint: true });
    scan.candidates.push({ file, version: `${size}-${mtimeNs}-${ino}`, mtimeMs: Number(mtimeMs) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !entry.isSymbolicLink()) return;
    scan.foreign.push({ file, reason: `it cannot be looked at (${code})` });
  }
}
