import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLease, type Lease } from '../lease.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { openDraft } from './durable-file.ts';
import { folders } from './file-names.ts';
import { intakeKeys } from './intake-keys.ts';

/** A folder that batch files are dropped into. Several inboxes may share one ledger, and several producers one inbox. */
export interface Inbox {
  /** Kept in the folder itself, so that it is the same for every host, wherever the folder is mounted. */
  id: string;
  dir: string;
  acceptedDir: string;
  rejectedDir: string;
}

/**
 * Makes the folder and those of ours in it, and tries to write to each.
 * @throws naming the folder that cannot be used, and what to do
 */
export async function openInbox(dir: string): Promise<Inbox> {
  const inbox = { dir, acceptedDir: join(dir, folders.accepted), rejectedDir: join(dir, folders.rejected) };
  const hidden = join(dir, folders.hidden);
  for (const folder of [dir, hidden, inbox.acceptedDir, inbox.rejectedDir]) {
    try {
      await mkdir(folder, { recursive: true });
      await (await openDraft(join(folder, 'probe'))).discard();
    } catch (error) {
      throw new Error(unusable(folder, error as NodeJS.ErrnoException), { cause: error });
    }
  }
  return { ...inbox, id: await inboxId(join(hidden, idFile)) };
}

function unusable(folder: string, { code, message }: NodeJS.ErrnoException): string {
  const user = typeof process.getuid === 'function' ? `user ${process.getuid()}` : 'the user that runs this';
  const remedies: Record<string, string> = {
    EACCES: `give ${user} the right to write there`,
    EPERM: `give ${user} the right to write there`,
    EROFS: 'its file system is mounted read-only: mount it for writing',
    ENOSPC: 'its disk is full: make room',
    EDQUOT: 'its quota is used up: make room',
    EEXIST: 'a file of that name is in the way: move it',
    ENOTDIR: 'a file is in the way where a folder should be: move it',
  };
  const remedy = remedies[code ?? ''] ?? message;
  return `the inbox folder ${folder} cannot be written to (${code}): ${remedy}, or name another folder in NIGHTPASS_INBOX`;
}

const idFile = 'inbox-id';
const idPattern = /^[0-9a-f-]{36}$/;

/** Two producers that start at once on a new folder get the same id. */
async function inboxId(path: string): Promise<string> {
  for (let look = 1; ; look++) {
    const found = await readFile(path, 'utf8').then(
      (text) => text.trim(),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      },
    );
    if (found !== undefined && idPattern.test(found)) return found;
    // Empty for the moment between its creation and its writing; for longer only if its writer died.
    if (found !== undefined && look > 40) await rm(path, { force: true });
    if (found === undefined) await writeId(path);
    else await sleep(50);
  }
}

async function writeId(path: string): Promise<void> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(`${randomUUID()}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Whether the folder is the one that was opened: a share that is not mounted leaves an empty one in its place. */
export async function isMounted({ dir, id }: Inbox): Promise<boolean> {
  try {
    return (await readFile(join(dir, folders.hidden, idFile), 'utf8')).trim() === id;
  } catch {
    return false;
  }
}

/** So that one producer at a time serves the inbox. It saves work; what keeps takings right is in `take-file.ts`. */
export function createInboxLease(ledger: LedgerContext, inbox: Inbox, ms: number): Lease {
  return createLease(ledger.redis, intakeKeys(ledger).inbox(inbox.id).lease, ms);
}
