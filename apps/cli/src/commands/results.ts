import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  askOffers,
  type BatchSummary,
  knownOffers,
  type OfferLine,
  type Offers,
  offerLine,
  readProcesses,
  succeededTasks,
  type TaskRecord,
} from '@nightpass/engine';
import { withFileLock } from '@nightpass/runtime';
import type { Command } from 'commander';
import { pMapIterable } from 'p-map';
import { type Cli, UsageError } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch } from '../remote/look.ts';
import { remoteOffers } from '../remote/results.ts';
import { openManifest } from '../results/manifest.ts';
import { tellOffers } from '../results/offer-lines.ts';
import { createRoom } from '../results/room.ts';
import { fetchResults } from '../results/stage.ts';
import { type Askers, chooseTasks, createAskers } from '../results/succeeded-tasks.ts';
import { createTeller } from '../results/telling.ts';
import { openCount } from '../view/phases.ts';
import { several } from '../view/words.ts';

interface Options extends RemoteOptions {
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
      const remote = remoteOf(cli, options);
      if (remote) {
        if (options.download !== undefined) {
          throw new UsageError(
            '--download needs the machine itself: results are fetched with credentials that a board has not',
          );
        }
        const found = await findRemoteBatch(remote, text);
        await tell(cli, found, remoteOffers(remote, found.batch, whichOf(options)), options);
        return tellOpen(cli, found);
      }
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
        tellOpen(cli, found);
      });
    });
}

const whichOf = ({ process, task = [] }: Options) => ({ process, tasks: task });

async function tasksOf({ ledger }: OpenLedger, { batch }: BatchSummary, options: Options) {
  const isChosen = chooseTasks(await readProcesses(ledger, batch.id), batch, whichOf(options));
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

async function list(cli: Cli, open: OpenLedger, found: BatchSummary, askers: Askers, options: Options): Promise<void> {
  const providerOf = (task: TaskRecord) => found.batch.providers[task.processIndex] ?? '';
  const offersOf = async (task: TaskRecord): Promise<Offers> => {
    const known = knownOffers(task);
    if (known) return known;
    const asker = askers.of(providerOf(task));
    if (!asker) return { kind: 'unknown', reason: 'its provider is not configured here' };
    return askOffers(asker, task, open.closed);
  };
  const lineOf = async (task: TaskRecord) =>
    offerLine(task.id, await offersOf(task), originOfProvider(open, providerOf(task)));
  // In the order of the tasks, some at a time.
  const lines = pMapIterable(await tasksOf(open, found, options), lineOf, { concurrency: options.concurrency });
  await tell(cli, found, lines, options);
}

async function tell(
  cli: Cli,
  found: BatchSummary,
  lines: AsyncIterable<OfferLine>,
  options: { json?: boolean },
): Promise<void> {
  const told = await tellOffers(cli, lines, options);
  if (told === 0 && !options.json) cli.print(`no results: none of these tasks of ${found.batch.id} has succeeded`);
}

function tellOpen(cli: Cli, { batch, counts }: BatchSummary): void {
  const stillOpen = openCount(counts);
  if (stillOpen > 0) cli.note(`${several(stillOpen, 'task')} of ${batch.id} had not ended yet`);
}

function originOfProvider({ config }: OpenLedger, name: string): string {
  const entry = config.providers[name];
  return entry ? new URL(entry.baseUrl).origin : 'unknown:';
}
