import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For tests: a file system in memory, of a given size. Needs the right to mount, as root in a container often has. */
export interface SmallDisk {
  dir: string;
  remount(mode: 'ro' | 'rw'): void;
  remove(): void;
}

const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' });

/** @returns why not, where this machine does not let us. */
export function mountSmallDisk(sizeKiB: number): SmallDisk | { unavailable: string } {
  const dir = mkdtempSync(join(tmpdir(), 'nightpass-small-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', `size=${sizeKiB}k,mode=700`, 'tmpfs', dir);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    return { unavailable: `no file system can be mounted here: ${String(error).split('\n').slice(0, 2).join(' ')}` };
  }
  return {
    dir,
    remount: (mode) => void mount('-o', `remount,${mode}`, dir),
    remove() {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
