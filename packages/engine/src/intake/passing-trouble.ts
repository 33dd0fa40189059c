/** What may go away without anybody mending our code: the file waits in the inbox, and is taken later. */

const redisTrouble: readonly [RegExp, string][] = [
  [/\bOOM command not allowed/, 'Redis has no memory left (maxmemory): give it more, or let batches end'],
  [/^MISCONF/, 'Redis cannot write to its disk'],
  [/^READONLY/, 'Redis is a read-only replica at the moment'],
  [/^(LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN)/, 'Redis is not ready'],
  [/^Connection is closed|^Stream isn't writeable/, 'Redis is not reachable'],
];

const diskTrouble: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'a folder of the inbox is gone',
  EIO: 'the disk or share cannot be read or written',
  ESTALE: 'the share was mounted anew',
  EBUSY: 'the file is in use',
  EMFILE: 'too many files are open',
};

/** In words; undefined where the error is a bug. */
export function passingTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const disk = diskTrouble[code];
  if (disk !== undefined) return path === undefined ? disk : `${disk} (${path})`;
  const found = redisTrouble.find(([pattern]) => pattern.test(error.message));
  return found && `${found[1]} (${error.message.split('\n')[0]?.slice(0, 200)})`;
}
