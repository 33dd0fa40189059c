import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';

/** Looking at a dropped file without trusting it: it may grow, change, be replaced or vanish at any moment. */

export type DropReading =
  | { kind: 'read'; bytes: Uint8Array; identity: string }
  | { kind: 'tooLarge'; sizeBytes: number; identity: string }
  | { kind: 'notReady'; reason: string }
  | { kind: 'gone' };

/** Another text as soon as the file is written to or replaced; undefined where there is none. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${size}-${mtimeNs}-${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function readDrop(
  path: string,
  { dir, maxBytes }: { dir: string; maxBytes: number },
): Promise<DropReading> {
  try {
    const [real, home] = await Promise.all([realpath(path), realpath(dir)]);
    if (!real.startsWith(home + sep)) return { kind: 'notReady', reason: 'it is a link that points outside the inbox' };
    const identity = await identityOf(path);
    if (identity === undefined) return { kind: 'gone' };
    // Opening a pipe would otherwise wait for its writer.
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await handle.stat();
      if (!info.isFile()) return { kind: 'notReady', reason: 'it is no file' };
      if (info.size > maxBytes) return { kind: 'tooLarge', sizeBytes: info.size, identity };
      const bytes = await handle.readFile();
      if (bytes.length !== info.size || (await identityOf(path)) !== identity) {
        return { kind: 'notReady', reason: 'it changed while it was read' };
      }
      return { kind: 'read', bytes, identity };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && (await identityOf(path)) === undefined) return { kind: 'gone' };
    if (code === undefined) throw error;
    return { kind: 'notReady', reason: `it cannot be read: ${code === 'EACCES' ? 'permission denied' : message}` };
  }
}

/**
 * Whether a JSON text ends before it closes, or has holes: what a copy looks like that is still under way, or whose
 * size is reserved (a share does so) and whose content is still to come.
 */
export function looksUnfinished(bytes: Uint8Array): boolean {
  let depth = 0;
  let began = false;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0) return true;
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBrace || byte === openBracket) {
      depth++;
      began = true;
    } else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return inString || depth > 0 || !began;
}

const backslash = 0x5c;
const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
