import { statfs } from 'node:fs/promises';

/** Room on the disk. A disk that runs full stops more than a download: what the ledger needs is left. */

export interface Space {
  totalBytes: number;
  freeBytes: number;
}
export type ReadSpace = (dir: string) => Promise<Space>;

export const readSpace: ReadSpace = async (dir) => {
  const { blocks, bavail, bsize } = await statfs(dir);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
};

const gib = 1024 ** 3;
const leftPercent = 5;
const leftBytes = gib;
/** Claimed at a time for a file whose size nobody knows. */
const stepBytes = 16 * 1024 ** 2;

/** There is no room for more. */
export class NoRoom extends Error {}

/** Room for one file. */
export interface Claim {
  /** @throws NoRoom where what is written has used up the claim, and there is no more */
  written(bytes: number): Promise<void>;
  release(): void;
}

export interface Room {
  /** @param bytes undefined: not known @throws NoRoom */
  claim(bytes: number | undefined): Promise<Claim>;
}

/** Shared by all files that are fetched at a time: what one was promised, another does not get. */
export function createRoom(dir: string, read: ReadSpace = readSpace): Room {
  let promised = 0;

  async function take(bytes: number): Promise<void> {
    promised += bytes;
    const { totalBytes, freeBytes } = await read(dir);
    const least = Math.max(leftBytes, (totalBytes * leftPercent) / 100);
    if (freeBytes - promised >= least) return;
    promised -= bytes;
    const free = `${(freeBytes / gib).toFixed(1)} GiB`;
    throw new NoRoom(
      `the disk of ${dir} has ${free} free; ${(least / gib).toFixed(1)} GiB (${leftPercent} %, and at least 1 GiB) must be left`,
    );
  }

  return {
    async claim(known) {
      let left = known ?? stepBytes;
      await take(left);
      return {
        async written(bytes) {
          const used = Math.min(bytes, left);
          left -= used;
          promised -= used;
          if (left > 0 || known !== undefined) return;
          await take(stepBytes);
          left = stepBytes;
        },
        release() {
          promised -= left;
          left = 0;
        },
      };
    },
  };
}
