import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '@nightpass/engine';
import { z } from 'zod';
import { UsageError } from '../cli.ts';

/** `results.json`: what is there, of which task, and that it is whole. Holds no address beyond an origin. */

const entry = z.object({
  task: z.string(),
  /** As the platform names it. */
  name: z.string(),
  /** Path from the folder of the manifest, with `/`. */
  file: z.string(),
  size: z.number().int().nonnegative(),
  /** Hex. */
  sha256: z.string(),
  /** Where it came from: scheme, host and port. */
  origin: z.string(),
  fetchedAt: z.string(),
});
export type ManifestEntry = z.infer<typeof entry>;
const content = z.object({ nightpass: z.literal(1), results: z.array(entry) });

export interface Manifest {
  find(file: string): ManifestEntry | undefined;
  /** Written soon. */
  add(entry: ManifestEntry): Promise<void>;
  /** Written now, if there is anything new. */
  save(): Promise<void>;
}

/** A manifest of a hundred thousand files is not written anew for each of them. */
const leastPauseMs = 2_000;
const pausePerWriting = 20;

/** @throws UsageError where another file of that name stands there */
export async function openManifest(dir: string): Promise<Manifest> {
  const path = join(dir, 'results.json');
  const entries = new Map((await readEntries(path)).map((it) => [it.file, it]));
  let isNew = false;
  let nextAtMs = performance.now() + leastPauseMs;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (!isNew) return;
    isNew = false;
    const startMs = performance.now();
    const results = [...entries.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    await writeDurably(path, `${JSON.stringify({ nightpass: 1, results }, undefined, 1)}\n`);
    nextAtMs = performance.now() + Math.max(leastPauseMs, (performance.now() - startMs) * pausePerWriting);
  }
  const save = () => {
    const done = writing.then(write);
    writing = done.catch(() => {});
    return done;
  };
  return {
    find: (file) => entries.get(file),
    async add(it) {
      entries.set(it.file, it);
      isNew = true;
      if (performance.now() < nextAtMs) return;
      nextAtMs = Number.POSITIVE_INFINITY;
      await save();
    },
    save,
  };
}

async function readEntries(path: string): Promise<ManifestEntry[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return content.parse(JSON.parse(text)).results;
  } catch {
    throw new UsageError(`${path} is no list of results of ours: name another folder, or move it away`);
  }
}
