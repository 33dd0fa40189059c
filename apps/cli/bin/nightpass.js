#!/usr/bin/env node
// The built command. `npm run demo` and `npm test` build it; in a bare clone it is not there yet.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('nightpass: not built yet in this checkout: run `npm run setup` first.\n');
  process.exit(1);
}
const { newestBuild } = await import('@nightpass/runtime/newest-build');
await import(newestBuild('nightpass', built).href);
