// Brings what a checkout needs: the libraries (by the pinned pnpm, which npx fetches) and the built packages.
// Plain Node without dependencies, since nothing is installed yet. Says nothing when there is nothing to do.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isConsoleBuilt } from './build-console.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stampFile = join(root, 'node_modules', '.nightpass-setup');
const lockFile = join(root, '.nightpass', 'setup.lock');

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}

/** Runs a step; its output is shown only if it fails. */
async function step(what, command, args, remedy) {
  if (what) process.stderr.write(`setup: ${what} …`);
  const startedMs = performance.now();
  const env = { ...process.env, CI: 'true', NO_UPDATE_NOTIFIER: '1', npm_config_update_notifier: 'false' };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? code}`));
  });
  if (what) process.stderr.write(failure ? ' failed\n' : ` ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
  if (failure) {
    unlock();
    fail(`\`${[command, ...args].join(' ')}\`: ${failure}\n${output.trimEnd()}\n\nWhat to try: ${remedy}`);
  }
}

/** Of everything that decides what is installed. */
function fingerprint() {
  const manifests = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')),
  );
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()]) {
    if (existsSync(join(root, file))) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Two at once (a test and a demo, say) would trip over each other's half-written files. */
async function lock() {
  mkdirSync(dirname(lockFile), { recursive: true });
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isStale()) rmSync(lockFile, { force: true });
    else if (waited === 20) process.stderr.write('setup: waiting for another setup to end\n');
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
  }
}

function isStale() {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    const ageMs = Date.now() - statSync(lockFile).mtimeMs;
    if (!pid) return ageMs > 2000;
    if (ageMs > 30 * 60_000) return true;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function unlock() {
  rmSync(lockFile, { force: true });
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Nightpass needs Node ${engines.node}; this is ${process.versions.node}. Get a newer one from https://nodejs.org`,
  );
}

await lock();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    unlock();
    process.exit(1);
  });
}
const wanted = fingerprint();
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  const install = ['--yes', '--loglevel=error', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'];
  await step(
    `installing the libraries with ${packageManager}`,
    'npx',
    install,
    'check the network and the registry in your .npmrc; remove node_modules and run `npm run setup` again.',
  );
  writeFileSync(stampFile, wanted);
}
await step(
  existsSync(join(root, 'apps/cli/dist/main.js')) ? undefined : 'building',
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-b'],
  'mend the errors above; after a change of branch, `npx tsc -b --force` builds everything anew.',
);
await step(
  undefined,
  process.execPath,
  [join(root, 'scripts/bundle-command.mjs')],
  'remove apps/cli/bundle and run `npm run setup` again.',
);
await step(
  undefined,
  process.execPath,
  [join(root, 'scripts/bundle-report-page.mjs')],
  'remove packages/report/dist and run `npm run setup` again.',
);
if (!isConsoleBuilt()) {
  await step(
    'building the console',
    process.execPath,
    [join(root, 'scripts/build-console.mjs')],
    'mend the errors above; remove apps/console/dist and run `npm run setup` again.',
  );
}
unlock();
