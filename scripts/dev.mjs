// For working on Nightpass: builds on every change, a simulated platform, and all parts, restarted on every change.
// They start together and end together.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// As `tsc` builds it: a bundle would not be made anew.
const nightpass = join(root, 'apps/cli/dist/main.js');
const env = {
  NIGHTPASS_CONFIG: 'examples/simulated.nightpass.yaml',
  NIGHTPASS_DATA: '.nightpass/dev',
  SIMULATED_API_KEY: 'any-key-will-do',
  ...process.env,
};
const watch = ['--watch', '--watch-preserve-output', nightpass];

const parts = [
  [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--watch', '--preserveWatchOutput'],
  [join(root, 'apps/console/node_modules/vite/bin/vite.js'), 'build', 'apps/console', '--watch', '--logLevel', 'warn'],
  [join(root, 'scripts/bundle-report-page.mjs'), '--watch'],
  [...watch, 'simulate', '--kind', 'airbus-playground', '--port', '8099'],
  [...watch, 'up'],
].map((args) => spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }));

let ending = false;
function end() {
  if (ending) return;
  ending = true;
  for (const part of parts) part.kill('SIGTERM');
  setTimeout(() => {
    for (const part of parts) part.kill('SIGKILL');
  }, 25_000).unref();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
for (const part of parts) part.on('exit', end);
