import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder, writeDurably } from '@nightpass/engine';
import { z } from 'zod';
import { noteOf, partOf } from './file-names.ts';

/** A file that is half there: `<name>.part`, and beside it what its bytes are of. */

/** In bytes. */
const worthResuming = 1024 ** 2;

const note = z.object({ etag: z.string().optional(), sizeBytes: z.number().optional() });
export type PartNote = z.infer<typeof note>;

export interface PartFile {
  readonly bytes: number;
  readonly note: PartNote;
  /** Whether it holds bytes that another run, or a connection before, has brought. */
  readonly resumed: boolean;
  /** What the bytes that come now are of. */
  begin(note: PartNote): Promise<void>;
  append(chunk: Uint8Array): Promise<void>;
  /** Back to nothing. */
  reset(): Promise<void>;
  /** Hex, of all there is. */
  sha256(): string;
  /** From here on it stands under its own name. */
  publish(): Promise<void>;
  /** Leaves it for another run; an empty one goes. */
  leave(): Promise<void>;
  discard(): Promise<void>;
}

export async function openPart(path: string): Promise<PartFile> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(partOf(path), 'a+');
  try {
    const known = await readNote(path);
    // Without a note nobody knows what the bytes are of.
    if (!known) await handle.truncate(0);
    const hash = createHash('sha256');
    return partFile(path, handle, known ?? {}, hash, await hashInto(hash, handle));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function partFile(path: string, handle: FileHandle, known: PartNote, begun: Hash, length: number): PartFile {
  let [hash, bytes, now] = [begun, length, known];
  let resumed = length > 0;
  let open = true;
  const close = async () => {
    if (open) await handle.close();
    open = false;
  };
  const discard = async () => {
    await close();
    await rm(partOf(path), { force: true });
    await rm(noteOf(path), { force: true });
  };
  return {
    get bytes() {
      return bytes;
    },
    get note() {
      return now;
    },
    get resumed() {
      return resumed;
    },
    async begin(next) {
      resumed = bytes > 0;
      if (resumed && next.etag === now.etag && next.sizeBytes === now.sizeBytes) return;
      now = next;
      // What is soon there again is not worth two files.
      if ((next.sizeBytes ?? Number.POSITIVE_INFINITY) < worthResuming) await rm(noteOf(path), { force: true });
      else await writeDurably(noteOf(path), JSON.stringify(next));
    },
    async append(chunk) {
      await handle.appendFile(chunk);
      hash.update(chunk);
      bytes += chunk.length;
    },
    async reset() {
      await handle.truncate(0);
      [hash, bytes, now, resumed] = [createHash('sha256'), 0, {}, false];
    },
    sha256: () => hash.copy().digest('hex'),
    async publish() {
      await handle.sync();
      await close();
      await rename(partOf(path), path);
      await rm(noteOf(path), { force: true });
      await syncFolder(dirname(path));
    },
    leave: () => (bytes === 0 ? discard() : close()),
    discard,
  };
}

async function readNote(path: string): Promise<PartNote | undefined> {
  try {
    return note.parse(JSON.parse(await readFile(noteOf(path), 'utf8')));
  } catch {
    return undefined;
  }
}

async function hashInto(hash: Hash, handle: FileHandle): Promise<number> {
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  let position = 0;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return position;
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** Of a file that is there. Undefined: it is not, or is no file. */
export async function factsOf(path: string): Promise<{ size: number; sha256(): Promise<string> } | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch {
    return undefined;
  }
  const stats = await handle.stat();
  await handle.close();
  if (!stats.isFile()) return undefined;
  return {
    size: stats.size,
    async sha256() {
      const again = await open(path, 'r');
      try {
        const hash = createHash('sha256');
        await hashInto(hash, again);
        return hash.digest('hex');
      } finally {
        await again.close();
      }
    },
  };
}
