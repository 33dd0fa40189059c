// Bundles the script of the morning report, of what `tsc -b` built, into one file that each report carries: see
// packages/report/src/html/page-assets.ts. Does nothing while what it is made of is as it was. With --watch it goes on.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const input = join(root, 'packages/report/dist/page/main.js');
const file = join(root, 'packages/report/dist/page.bundle.js');
const stampFile = `${file}.stamp`;

const options = {
  input,
  platform: 'browser',
  logLevel: 'warn',
  output: {
    file,
    format: 'iife',
    comments: false,
    // Names stay: they cost little, and say something in a browser's tools.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  },
};

/** Of everything that it may be made of. */
function fingerprint() {
  const folders = ['packages/core/dist', 'packages/pictures/dist', 'packages/report/dist/page'];
  const built = folders.flatMap((folder) => {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.js')).map((name) => join(root, folder, name));
  });
  const hash = createHash('sha256');
  for (const path of [fileURLToPath(import.meta.url), join(root, 'pnpm-lock.yaml'), ...built.sort()]) {
    hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

async function bundle() {
  const state = fingerprint();
  if (existsSync(file) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === state) return;
  const { build } = await import('rolldown');
  await build(options);
  // It stands within a page: there, these would end the script, or hide its end.
  if (/<\/?script|<!--/i.test(readFileSync(file, 'utf8')))
    throw new Error('the script of the report speaks of scripts');
  writeFileSync(stampFile, state);
}

async function watch() {
  // What it leaves is of no known state.
  rmSync(stampFile, { force: true });
  const { watch } = await import('rolldown');
  const watcher = watch(options);
  watcher.on('event', async (event) => {
    if (event.code === 'ERROR') console.error(event.error);
    if ('result' in event) await event.result?.close();
  });
}

await (process.argv.includes('--watch') ? watch() : bundle());
