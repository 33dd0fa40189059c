// Builds the console's pages into apps/console/dist, unless they are as their sources are. Vite's own files are not looked
// at: its version stands in the lock file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, 'apps/console');
const stampFile = join(app, 'dist', '.stamp');

function* filesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (!entry.name.endsWith('.test.ts')) yield path;
  }
}

/** Of everything that the pages are made of. */
function fingerprint() {
  const own = ['index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'].map((name) => join(app, name));
  const shared = ['packages/core/src/phase.ts', 'pnpm-lock.yaml'].map((name) => join(root, name));
  const hash = createHash('sha256');
  const folders = ['apps/console/public', 'apps/console/src', 'packages/pictures/src'].map((name) => join(root, name));
  for (const file of [...own, ...shared, ...folders.flatMap((folder) => [...filesIn(folder)])].sort()) {
    hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

export const isConsoleBuilt = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint();

/** Packed beside each file, so that the board packs nothing while it serves. */
function pack() {
  for (const file of filesIn(join(app, 'dist'))) {
    if (/\.(js|css|html)$/.test(file)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isConsoleBuilt()) {
  const state = fingerprint();
  const vite = join(app, 'node_modules/vite/bin/vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  pack();
  writeFileSync(stampFile, state);
}
