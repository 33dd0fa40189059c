import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BatchReading, readBatch } from '@nightpass/core';
import { type Dropped, dropFile } from '@nightpass/engine';

/** The files of the demo: the examples of this checkout, one of them with a fault, and one dropped twice. */

export interface DemoFile {
  name: string;
  bytes: Uint8Array;
  /** What the check says of it, here and now: what the night is measured by. */
  reading: BatchReading;
  /** The file whose content it has, where that was dropped before. */
  copyOf: string | undefined;
}

const folder = new URL('../../../../examples/batches/', import.meta.url);

export async function readDemoFiles(): Promise<DemoFile[]> {
  const [good, faulty] = await Promise.all([readFolder(folder), readFolder(new URL('with-a-fault/', folder))]);
  const [first] = good;
  if (!first) throw new Error(`the demo needs the example batches, and ${fileURLToPath(folder)} has none`);
  const copy = { ...first, name: first.name.replace(/\.json$/, ' (copy).json'), copyOf: first.name };
  return [...good, ...faulty, copy];
}

async function readFolder(url: URL): Promise<DemoFile[]> {
  const names = await readdir(url).catch(() => {
    throw new Error(`the demo needs the example batches of a checkout, and ${fileURLToPath(url)} cannot be read`);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) => {
      const bytes = await readFile(new URL(name, url));
      return { name: basename(name), bytes, reading: readBatch(bytes), copyOf: undefined };
    }),
  );
}

export interface DemoDrop extends DemoFile {
  drop: Dropped;
}

/** The copies come last, and later than the rest, so that it is they which are the second. */
export async function dropAll(inboxDir: string, files: readonly DemoFile[]): Promise<DemoDrop[]> {
  const drops: DemoDrop[] = [];
  for (const file of files) drops.push({ ...file, drop: await dropFile(inboxDir, undefined, file.name, file.bytes) });
  return drops;
}
