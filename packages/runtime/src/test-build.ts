import { execFile } from 'node:child_process';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withFileLock } from './redis/file-lock.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * For tests that start processes of our own: those cannot read TypeScript, and run the built packages. Builds what is
 * not up to date; test files that do so at the same time wait for each other.
 */
export async function buildForChildren(project = 'packages/runtime'): Promise<void> {
  const lock = join(tmpdir(), `nightpass-test-build-${userInfo().uid}.lock`);
  await withFileLock(lock, { waitMs: 60_000 }, async () => {
    await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-b', project], { cwd: root });
  });
}
