import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { askOffers, type BatchSummary, knownOffers, type Offers, type TaskRecord } from '@nightpass/engine';
import { withFileLock } from '@nightpass/runtime';
import type { Command } from 'commander';
import pMap from 'p-map';
import { type Cli, UsageError } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { openManifest } from '../results/manifest.ts';
import { createRoom } from '../results/room.ts';
import { fetchResults, originOf } from '../results/stage.ts';
import { type Askers, chooseTasks, createAskers, succeededTasks } from '../results/succeeded-tasks.ts';
import { createTeller, sizeWords } from '../results/telling.ts';
import { openCount } from '../view/phases.ts';
import { table } from '../view/table.ts';
import { cutTo, oneLine, several } from '../view/words.ts';

interface Options {
  download?: string;
  process?: string;
  task?: string[];
  concurrency: number;
  json?: boolean;
}

const lockName = '.nightpass-results.lock';

export function addResults(program: Command, cli: Cli): void {
  program
    .command('results')
    .description('what the succeeded tasks of a batch offer; with --download, fetch it')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .option('--download <dir>', 'fetch all of it into <dir>/<task>/; run again, it goes on where it stopped')
    .option('--process <process>', 'only those of this process: its id, its name, or its number')
    .option('--task <task>', 'only those of this task; may be given again', (text, before: string[] = []) => [
      ...before,
      text,
    ])
    .option('--concurrency <n>', 'files at a time', wholeNumber(1, 64), 4)
    .option('--json', 'as JSON: a task a line; with --download a file a line')
    .addHelpText(
      'after',
      examples('nightpass results ports.json', 'nightpass results b3f2 --download ./results --concurrency 8'),
    )
    .action(async (text: string, options: Options) => {
      const installation = await readInstallation(cli, 'needed');
      await withLedger(cli, installation, async (open) => {
        const found = await findBatch(open, text);
        const askers = createAskers(open.ledger, installation);
        try {
          if (options.download === undefined) await list(cli, open, found, askers, options);
          else await download(cli, open, found, askers, resolve(options.download), options);
        } finally {
          await askers.close();
        }
        const stillOpen = openCount(found.counts);
        if (stillOpen > 0) cli.note(`${several(stillOpen, 'task')} of ${found.batch.id} had not ended yet`);
      });
    });
}

async function tasksOf({ ledger }: OpenLedger, { batch }: BatchSummary, options: Options) {
  const isChosen = await chooseTasks(ledger, batch, { process: options.process, tasks: options.task ?? [] });
  return succeededTasks(ledger, batch, isChosen);
}

async function download(
  cli: Cli,
  open: OpenLedger,
  found: BatchSummary,
  askers: Askers,
  dir: string,
  options: Options,
): Promise<void> {
  const tasks = await tasksOf(open, found, options);
  await mkdir(dir, { recursive: true });
  let isOurs = false;
  const work = async () => {
    isOurs = true;
    const manifest = await openManifest(dir);
    const whole = options.process === undefined && options.task === undefined;
    const count = whole ? found.counts.succeeded : await countOf(await tasksOf(open, found, options));
    const teller = createTeller(cli, count, options.json ? 'json' : 'text');
    await fetchResults({
      dir,
      tasks,
      manifest,
      askerOf: (task) => askers.of(found.batch.providers[task.processIndex] ?? ''),
      room: createRoom(dir),
      concurrency: options.concurrency,
      signal: open.closed,
      onTask: teller.task,
      onBytes: teller.bytes,
      onFile: teller.file,
    });
    if (teller.end(dir) > 0) cli.exitCode = 1;
  };
  try {
    await withFileLock(join(dir, lockName), { waitMs: 300 }, work);
  } catch (error) {
    if (isOurs || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new UsageError(`another run fetches into ${dir}: ${(error as Error).message}`);
  }
}

async function countOf(tasks: AsyncIterable<TaskRecord>): Promise<number> {
  let count = 0;
  for await (const _ of tasks) count += 1;
  return count;
}

const pageSize = 50;

async function list(cli: Cli, open: OpenLedger, found: BatchSummary, askers: Askers, options: Options): Promise<void> {
  const askerOf = (task: TaskRecord) => askers.of(found.batch.providers[task.processIndex] ?? '');
  const offersOf = async (task: TaskRecord): Promise<Offers> => {
    const known = knownOffers(task);
    if (known) return known;
    const asker = askerOf(task);
    if (!asker) return { kind: 'unknown', reason: 'its provider is not configured here' };
    return askOffers(asker, task, open.closed);
  };
  const own = (task: TaskRecord) => originOfProvider(open, found.batch.providers[task.processIndex] ?? '');
  let told = 0;
  const tell = async (page: readonly TaskRecord[]) => {
    const offers = await pMap(page, offersOf, { concurrency: options.concurrency });
    const lines = page.map((task, i) => ({ task, offers: offers[i] as Offers, own: own(task) }));
    if (lines.some((line) => line.offers.kind !== 'offers')) cli.exitCode = 1;
    if (options.json) for (const line of lines) cli.json(offerFacts(line));
    else cli.print(table(cli, ['task', 'name', 'type', 'size', 'from'], lines.flatMap(offerRows)));
    told += page.length;
  };
  let page: TaskRecord[] = [];
  for await (const task of await tasksOf(open, found, options)) {
    page.push(task);
    if (page.length < pageSize) continue;
    await tell(page);
    page = [];
  }
  if (page.length > 0) await tell(page);
  if (told === 0 && !options.json) cli.print(`no results: none of these tasks of ${found.batch.id} has succeeded`);
}

function originOfProvider({ config }: OpenLedger, name: string): string {
  const entry = config.providers[name];
  return entry ? new URL(entry.baseUrl).origin : 'unknown:';
}

interface Line {
  task: TaskRecord;
  offers: Offers;
  own: string;
}

/** Scripts read this: fields are only ever added. Of an address, only its origin: the rest may be a key. */
function offerFacts({ task, offers, own }: Line) {
  const links = offers.kind === 'offers' ? offers.links : undefined;
  return {
    task: task.id,
    batch: task.batchId,
    processIndex: task.processIndex,
    zoneIndex: task.zoneIndex,
    results:
      links?.map((link) => ({
        name: link.name,
        type: link.type ?? null,
        size: link.sizeBytes ?? null,
        sha256: link.sha256 ?? null,
        origin: originOf(link, own),
      })) ?? null,
    reason: offers.kind === 'offers' ? null : offers.reason,
  };
}

function offerRows({ task, offers, own }: Line): string[][] {
  if (offers.kind !== 'offers') return [[task.id, `not known: ${cutTo(oneLine(offers.reason), 70)}`, '', '', '']];
  if (offers.links.length === 0) return [[task.id, 'nothing', '', '', '']];
  return offers.links.map((link) => [
    task.id,
    cutTo(oneLine(link.name), 60),
    oneLine(link.type ?? ''),
    link.sizeBytes === undefined ? '' : sizeWords(link.sizeBytes),
    originOf(link, own),
  ]);
}
