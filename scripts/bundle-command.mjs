// Bundles the command, the worker and the producer, each of about a thousand modules, into apps/cli/bundle: they start
// three times as quickly. What `tsc -b` built stays the truth: a bundle that is older is passed over, and made anew here.
// The board is not bundled: its libraries look for their pages beside themselves.
import { utimesSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { newestBuild } from '../packages/runtime/dist/newest-build.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'apps/cli/bundle');
const programs = Object.entries({ nightpass: 'cli', worker: 'worker', producer: 'producer' }).map(([name, app]) => ({
  name,
  built: join(root, 'apps', app, 'dist/main.js'),
}));

/** Our modules find their scripts and schemas beside themselves, which is where they were. */
const ownPlaces = {
  name: 'own-places',
  transform: {
    filter: { id: /\/(apps|packages)\/[^/]+\/dist\//, code: 'import.meta.url' },
    handler: (code, id) => {
      const place = `new URL(${JSON.stringify(relative(folder, id))}, import.meta.url).href`;
      return { code: code.replaceAll('import.meta.url', place), map: null };
    },
  },
};

async function bundleAll() {
  const { rolldown } = await import('rolldown');
  const startedAt = new Date();
  const bundle = await rolldown({
    input: Object.fromEntries(programs.map(({ name, built }) => [name, built])),
    platform: 'node',
    // jsonc-parser's other build asks for its parts in a way that no bundler follows.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [ownPlaces],
    logLevel: 'warn',
  });
  // Not made small: names in stack traces are worth more than 20 ms.
  await bundle.write({ dir: folder, format: 'esm', chunkFileNames: 'part-[name].js', minify: false });
  await bundle.close();
  // As old as what it was made of: what is built meanwhile is newer.
  for (const { name } of programs) utimesSync(join(folder, `${name}.js`), startedAt, startedAt);
}

const isNewest = ({ name, built }) => newestBuild(name, pathToFileURL(built)).href !== pathToFileURL(built).href;
if (!programs.every(isNewest)) await bundleAll();
