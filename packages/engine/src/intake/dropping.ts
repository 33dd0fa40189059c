import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { besideName, folders } from './file-names.ts';
import type { Receipt } from './receipt.ts';
import type { WaitingNote } from './waiting-note.ts';

/** Dropping a file into the inbox as a careful person would: whole or not at all, and over nobody else's. */

export interface Dropped {
  /** Its path in the inbox, with `/`. */
  file: string;
  path: string;
  /** The folder's answer, once there is one; undefined after `withinMs`. */
  receipt(withinMs: number): Promise<Receipt | undefined>;
  /** What the folder says of it while it waits for its platform. */
  waiting(): Promise<WaitingNote | undefined>;
}

const lookEveryMs = 100;

/**
 * @param folder of the inbox, for one provider; undefined for the inbox itself
 * @param name wanted for it; another is found where it is taken
 * @param kind fresh: under a name that nothing was ever answered to, so that its receipt can be found by it
 */
export async function dropFile(
  inboxDir: string,
  folder: string | undefined,
  name: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  kind: 'any' | 'fresh' = 'any',
): Promise<Dropped> {
  const dir = folder === undefined ? inboxDir : join(inboxDir, folder);
  const fileOf = (own: string) => (folder === undefined ? own : `${folder}/${own}`);
  const rejectedDir = join(inboxDir, folders.rejected);
  await mkdir(dir, { recursive: true });
  const hidden = join(dir, `.${randomBytes(8).toString('hex')}.tmp`);
  const refusedBefore = new Set(await receiptsIn(rejectedDir));
  try {
    const handle = await open(hidden, 'wx');
    try {
      if (bytes instanceof Uint8Array) await handle.writeFile(bytes);
      else for await (const piece of bytes) await handle.write(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    for (let n = 1; ; n++) {
      const own = numbered(name, n);
      const path = join(dir, own);
      const answer = `${path}.receipt.json`;
      const answeredBefore = await identityOf(answer);
      if (kind === 'fresh' && (answeredBefore !== undefined || (await findReceipt(inboxDir, fileOf(own))))) continue;
      if (!(await publish(hidden, path))) continue;
      const file = fileOf(own);
      const look = async () => {
        if ((await identityOf(answer)) !== answeredBefore) return readReceipt(answer);
        for (const refused of await receiptsIn(rejectedDir)) {
          if (refusedBefore.has(refused)) continue;
          const receipt = await readReceipt(join(rejectedDir, refused));
          if (receipt?.file === file) return receipt;
        }
        return undefined;
      };
      return {
        file,
        path,
        receipt: (withinMs) => until(look, withinMs),
        waiting: () => readAnswer<WaitingNote>(`${path}.waiting.json`),
      };
    }
  } finally {
    await rm(hidden, { force: true });
  }
}

/** `x.json` → `x-2.json`, `x.again.json` → `x-2.again.json` */
export function numbered(name: string, n: number): string {
  return n === 1 ? name : name.replace(/(\.again)?\.json$/i, (ending) => `-${n}${ending}`);
}

/** @returns false where the name is taken. Unlike a rename, a link never replaces what came there meanwhile. */
async function publish(hidden: string, path: string): Promise<boolean> {
  try {
    await link(hidden, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // Some shares have no links.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(code)) throw error;
    if ((await identityOf(path)) !== undefined) return false;
    await rename(hidden, path);
    return true;
  }
}

/** Another text once the file is written anew; undefined where there is none. */
async function identityOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ ino, mtimeNs }) => `${ino}-${mtimeNs}`,
    () => undefined,
  );
}

async function receiptsIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.receipt.json'));
}

/** What the folder answered to a file, beside it or where it was refused. */
export async function findReceipt(inboxDir: string, file: string): Promise<Receipt | undefined> {
  const dir = join(inboxDir, file.includes('/') ? (file.split('/')[0] ?? '') : '');
  const beside = await readReceipt(join(dir, besideName(file, '.receipt.json')));
  if (beside) return beside;
  const rejectedDir = join(inboxDir, folders.rejected);
  for (const refused of await receiptsIn(rejectedDir)) {
    const receipt = await readReceipt(join(rejectedDir, refused));
    if (receipt?.file === file) return receipt;
  }
  return undefined;
}

/** Whether a producer has opened the folder: where none has, nobody would take what is dropped. */
export async function isInboxHere(inboxDir: string): Promise<boolean> {
  return (await identityOf(join(inboxDir, folders.hidden, 'inbox-id'))) !== undefined;
}

/** Receipts are written whole, by rename. Undefined where it is gone again. */
export const readReceipt = (path: string) => readAnswer<Receipt>(path);

async function readAnswer<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

async function until<T>(look: () => Promise<T | undefined>, withinMs: number): Promise<T | undefined> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > endMs) return found;
    await sleep(lookEveryMs);
  }
}
