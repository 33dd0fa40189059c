import { randomUUID } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '@nightpass/runtime';
import { type Finding, fail, ok, warn } from './finding.ts';

const gib = 1024 ** 3;
const littleBytes = 2 * gib;
const tooLittleBytes = 0.2 * gib;

export async function checkDisk({ dataDir, inboxDir }: Config): Promise<Finding[]> {
  return [
    await checkWritable('data folder', dataDir, 'name another in NIGHTPASS_DATA'),
    await checkWritable('inbox', inboxDir, 'name another in NIGHTPASS_INBOX'),
    await checkSpace('disk of the data', dataDir),
    await checkSpace('disk of the inbox', inboxDir),
  ];
}

/** A folder that is not there yet is made at the start: then the one that it will be made in counts. */
async function checkWritable(check: string, dir: string, otherwise: string): Promise<Finding> {
  const nearest = await nearestFolder(dir);
  const probe = join(nearest, `.nightpass-doctor-${randomUUID()}.tmp`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
    return ok(check, nearest === dir ? `${dir} can be written to` : `${dir} will be made at the first start`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(check, `${nearest} cannot be written to (${code})`, `give this user the right to, or ${otherwise}`);
  }
}

async function checkSpace(check: string, dir: string): Promise<Finding> {
  const nearest = await nearestFolder(dir);
  const { bavail, bsize } = await statfs(nearest);
  const free = bavail * bsize;
  const message = `${(free / gib).toFixed(1)} GiB free at ${nearest}`;
  if (free < tooLittleBytes) return fail(check, message, 'make room: a full disk stops the ledger');
  return free < littleBytes ? warn(check, message, 'make room before a large night') : ok(check, message);
}

async function nearestFolder(dir: string): Promise<string> {
  const found = await stat(dir).then(
    (it) => it.isDirectory(),
    () => false,
  );
  return found || dirname(dir) === dir ? dir : nearestFolder(dirname(dir));
}
