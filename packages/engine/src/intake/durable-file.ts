import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Files that are either there whole, or not there: also after a power cut, also for who looks over a share. */

/** Called before each change on disk, with what it is. Tests throw in it: that is a kill between two changes. */
export type BeforeEffect = (what: string) => void;

const temporaryName = /^\.[0-9a-f]{16}\.nightpass-tmp$/;

/** Whether a file of this name is one of ours, half-written: by a writer at work, or by one that died. */
export const isTemporary = (name: string) => temporaryName.test(name);

/** In UTF-16 units. */
const gatherUnits = 65_536;

/** A file being written under another name. */
export interface Draft {
  /** Small pieces are gathered. */
  write(content: string | Uint8Array): Promise<void>;
  /** From here on it stands under its own name, in place of what stood there. */
  publish(): Promise<void>;
  /** Leaves no trace; for after a failure. Does nothing once published. */
  discard(): Promise<void>;
}

export async function openDraft(path: string, before: BeforeEffect = () => {}): Promise<Draft> {
  // In the same folder, since that alone is surely the same file system.
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.nightpass-tmp`);
  before(`write ${basename(path)}`);
  const handle = await open(temporary, 'wx');
  let state: 'open' | 'closed' | 'published' = 'open';
  const close = async () => {
    if (state === 'open') await handle.close();
    if (state === 'open') state = 'closed';
  };
  let gathered = '';
  const flush = async () => {
    const text = gathered;
    gathered = '';
    if (text !== '') await handle.appendFile(text);
  };
  return {
    async write(content) {
      if (typeof content === 'string') {
        gathered += content;
        if (gathered.length > gatherUnits) await flush();
      } else {
        await flush();
        await handle.appendFile(content);
      }
    },
    async publish() {
      await flush();
      await handle.sync();
      await close();
      before(`rename to ${basename(path)}`);
      await rename(temporary, path);
      state = 'published';
      before(`sync the folder of ${basename(path)}`);
      await syncFolder(dirname(path));
    },
    async discard() {
      await close().catch(() => {});
      if (state !== 'published') await rm(temporary, { force: true });
    },
  };
}

/** @throws what the file system answers: EACCES, ENOSPC, EROFS … */
export async function writeDurably(path: string, content: string | Uint8Array, before?: BeforeEffect): Promise<void> {
  const draft = await openDraft(path, before);
  try {
    await draft.write(content);
    await draft.publish();
  } catch (error) {
    await draft.discard();
    throw error;
  }
}

/** Removes what a writer that died has left in the folder: half-written files that nobody touched for an hour. */
export async function removeLeftovers(dir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!isTemporary(name)) continue;
    const path = join(dir, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }));
    if (nowMs - mtimeMs > 3_600_000) await rm(path, { force: true });
  }
}

/** What stands in the folder survives a power cut. Some shares cannot: there it does what they do by themselves. */
export async function syncFolder(dir: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(dir, 'r');
    await handle.sync();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'EBADF', 'ENOTSUP', 'ENOSYS'].includes(code)) throw error;
  } finally {
    await handle?.close();
  }
}
