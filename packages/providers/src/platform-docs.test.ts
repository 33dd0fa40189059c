import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { providerKinds } from './provider-kinds.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = join(root, 'docs/platforms');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !entry.parentPath.includes('/dist'))
    .filter((entry) => !entry.parentPath.includes('node_modules'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
const code = [
  'packages/providers/src',
  'packages/simulator/src',
  'packages/core/src',
  'packages/engine/src',
  'apps/worker/src',
]
  .flatMap(sources)
  .join('\n');
/** As it stands in code, where quotes may be escaped. */
const inCode = code.replaceAll("\\'", "'").replaceAll('\\"', '"');

/** Test names as the tables of a page tell them: in italics. */
function namedTests(page: string): string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  return rows.flatMap((row) => [...row.matchAll(/(?<!\*)\*([^*|]+)\*(?!\*)/g)].map(([, name]) => name ?? ''));
}

/** `…` stands for whatever a row of a table of tests is called. */
function isThere(name: string): boolean {
  const parts = name.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*')).test(inCode);
}

test.each(Object.keys(providerKinds))('docs/platforms/%s.md names tests that there are', (kind) => {
  const names = namedTests(readFileSync(join(pages, `${kind}.md`), 'utf8'));
  expect(names.length).toBeGreaterThan(10);
  const missing = names.filter((name) => !isThere(name));
  expect(missing).toEqual([]);
});

test('docs/platforms.md has every kind', () => {
  const page = readFileSync(join(root, 'docs/platforms.md'), 'utf8');
  for (const kind of Object.keys(providerKinds)) expect(page).toContain(`platforms/${kind}.md`);
});
