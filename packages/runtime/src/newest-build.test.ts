import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newestBuild } from './newest-build.ts';

let root: URL;
beforeEach(async () => {
  root = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'nightpass-builds-'))}/`);
  await writeAt('packages/core/dist/.tsbuildinfo', 100);
  await writeAt('apps/worker/dist/.tsbuildinfo', 110);
});
afterEach(() => rm(fileURLToPath(root), { recursive: true }));

async function writeAt(path: string, seconds: number) {
  const file = fileURLToPath(new URL(path, root));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  await utimes(file, seconds, seconds);
}

const started = () => {
  const built = new URL('apps/worker/dist/main.js', root);
  return newestBuild('worker', built, root).href.slice(root.href.length);
};

test('without a bundle, what tsc built is started', () => {
  expect(started()).toBe('apps/worker/dist/main.js');
});

test('a bundle that was made after every build is started', async () => {
  await writeAt('apps/cli/bundle/worker.js', 120);
  expect(started()).toBe('apps/cli/bundle/worker.js');
});

test('a bundle that is older than any package is passed over', async () => {
  await writeAt('apps/cli/bundle/worker.js', 105);
  expect(started()).toBe('apps/worker/dist/main.js');
});
