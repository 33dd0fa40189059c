import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResultLink } from '@nightpass/core';
import { type Asker, askOffers, knownOffers, linkOrigin, openResult, type TaskRecord } from '@nightpass/engine';
import pMap from 'p-map';
import { fetchFile } from './fetch-file.ts';
import { fileNames } from './file-names.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { factsOf } from './part-file.ts';
import { NoRoom, type Room } from './room.ts';

/**
 * The results stage: every result of the tasks is in its place, whole, or is named as missing. What is there already is
 * left alone, so that it can be run again and again.
 */

export type FileOutcome =
  | { kind: 'fetched' | 'there'; entry: ManifestEntry }
  /** `name` undefined: nobody knows what the task offers. */
  | { kind: 'missing'; task: string; name: string | undefined; reason: string };

export interface StageOptions {
  dir: string;
  tasks: AsyncIterable<TaskRecord>;
  askerOf(task: TaskRecord): (Asker & { origin: string }) | undefined;
  manifest: Manifest;
  room: Room;
  /** Files at a time. */
  concurrency: number;
  signal: AbortSignal;
  onTask(task: TaskRecord, files: number): void;
  onBytes(bytes: number): void;
  onFile(outcome: FileOutcome): void;
}

interface Wanted {
  task: TaskRecord;
  link: ResultLink;
  file: string;
  asker: Asker & { origin: string };
  /** The same link, asked for now: one that was kept may have ended. Asked once a task. */
  renewed(): Promise<ResultLink | undefined>;
}

export async function fetchResults(options: StageOptions): Promise<void> {
  const { manifest, onFile, signal } = options;
  let full: string | undefined;
  const one = async (wanted: Wanted) => {
    if (signal.aborted) return;
    onFile(await outcomeOf(wanted));
  };
  async function outcomeOf(wanted: Wanted): Promise<FileOutcome> {
    const missing = (reason: string): FileOutcome => ({
      kind: 'missing',
      task: wanted.task.id,
      name: wanted.link.name,
      reason,
    });
    try {
      const there = await alreadyThere(wanted, options);
      if (there) return { kind: 'there', entry: there };
      if (full !== undefined) return missing(full);
      const got = await fetchOne(wanted, options);
      return typeof got === 'string' ? missing(got) : { kind: 'fetched', entry: got };
    } catch (error) {
      if (error instanceof NoRoom) full ??= error.message;
      const { code } = error as NodeJS.ErrnoException;
      // What the disk refuses is this file's trouble; all else is a bug, or the ledger that went away.
      if (!(error instanceof NoRoom) && code === undefined) throw error;
      return missing((error as Error).message);
    }
  }
  try {
    await pMap(wantedOf(options), one, { concurrency: options.concurrency });
  } finally {
    await manifest.save();
  }
}

async function* wantedOf({ tasks, askerOf, signal, onTask, onFile }: StageOptions): AsyncGenerator<Wanted, void> {
  for await (const task of tasks) {
    if (signal.aborted) return;
    const unknown = (reason: string) => onFile({ kind: 'missing', task: task.id, name: undefined, reason });
    const asker = askerOf(task);
    if (!asker) {
      unknown('its provider is not configured here');
      continue;
    }
    let asked: ReturnType<typeof askOffers> | undefined;
    const ask = () => {
      asked ??= askOffers(asker, task, signal);
      return asked;
    };
    const offers = knownOffers(task) ?? (await ask());
    if (offers.kind !== 'offers') {
      unknown(offers.reason);
      continue;
    }
    const names = fileNames(offers.links);
    onTask(task, names.length);
    for (const [index, link] of offers.links.entries()) {
      yield {
        task,
        link,
        asker,
        file: `${task.id}/${names[index]}`,
        async renewed() {
          if (!task.job) return undefined;
          const now = await ask();
          return now.kind === 'offers' ? now.links.find(({ name }) => name === link.name) : undefined;
        },
      };
    }
  }
}

/** Listed and of the right size, or complete and only not listed yet. */
async function alreadyThere(wanted: Wanted, { dir, manifest }: StageOptions): Promise<ManifestEntry | undefined> {
  const { link, file } = wanted;
  const facts = await factsOf(join(dir, file));
  if (!facts || (link.sizeBytes !== undefined && facts.size !== link.sizeBytes)) return undefined;
  const promised = link.sha256?.toLowerCase();
  const listed = manifest.find(file);
  if (listed && listed.size === facts.size && (promised === undefined || promised === listed.sha256)) return listed;
  const sha256 = await facts.sha256();
  if ((promised !== undefined && promised !== sha256) || (listed && listed.sha256 !== sha256)) return undefined;
  const entry = entryOf(wanted, { size: facts.size, sha256 });
  await manifest.add(entry);
  return entry;
}

/** @returns why it is not there @throws NoRoom; what the disk answers */
async function fetchOne(wanted: Wanted, options: StageOptions): Promise<ManifestEntry | string> {
  const { dir, room, signal, onBytes, manifest } = options;
  const path = join(dir, wanted.file);
  const fetchBy = (link: ResultLink) =>
    fetchFile(
      { path, sizeBytes: link.sizeBytes, sha256: link.sha256 },
      { open: (from) => openResult(wanted.asker, link, from, signal), room, signal, onBytes },
    );
  try {
    let got = await fetchBy(wanted.link);
    if (got.kind === 'refused') {
      const link = await wanted.renewed();
      if (link && !isSame(link, wanted.link)) got = await fetchBy(link);
    }
    if (got.kind !== 'fetched') return got.reason;
    const entry = entryOf(wanted, got);
    await manifest.add(entry);
    return entry;
  } finally {
    // Stays where anything is in it.
    await rmdir(dirname(path)).catch(() => {});
  }
}

const isSame = (a: ResultLink, b: ResultLink) =>
  a.href === b.href && a.sizeBytes === b.sizeBytes && a.sha256 === b.sha256;

function entryOf({ task, link, file, asker }: Wanted, { size, sha256 }: { size: number; sha256: string }) {
  const fetchedAt = new Date().toISOString();
  return { task: task.id, name: link.name, file, size, sha256, origin: linkOrigin(link, asker.origin), fetchedAt };
}
