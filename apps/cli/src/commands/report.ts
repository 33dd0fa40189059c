import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type BatchSummary, openDraft } from '@nightpass/engine';
import {
  createClock,
  headline,
  localTimeZone,
  type Out,
  type ReportFormat,
  reportFormats,
  writeReport,
} from '@nightpass/report';
import { type Command, InvalidArgumentError } from 'commander';
import { batchFacts } from '../batch-facts.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { findBatch } from '../find-batch.ts';
import { type OpenLedger, readInstallation, withLedger } from '../installation.ts';
import { type Remote, type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch } from '../remote/look.ts';
import { sizeWords } from '../results/telling.ts';
import { version } from '../version.ts';
import { thousands } from '../view/words.ts';

interface Options extends RemoteOptions {
  format: ReportFormat;
  out?: string;
  json?: boolean;
}

export function addReport(program: Command, cli: Cli): void {
  program
    .command('report')
    .description('the account of a batch: what became of every task, what went wrong, and what to do next')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .option('--format <format>', `one of ${reportFormats.join(', ')}`, formatOf, 'html')
    .option(
      '--out <file>',
      'where to; - for standard output (default: html into <batch>.report.html here, others there)',
    )
    .option('--json', 'say what was written, and where, as JSON')
    .addHelpText(
      'after',
      examples(
        'nightpass report ports.json',
        'nightpass report b3f2 --format csv --out tasks.csv',
        'nightpass report b3f2 --format json | jq .families',
      ),
    )
    .action(async (text: string, options: Options) => {
      const remote = remoteOf(cli, options);
      if (remote) {
        const found = await findRemoteBatch(remote, text);
        return tellReport(cli, found, options, (out) => writeRemote(remote, found, options.format, out));
      }
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async (open) => {
        const found = await findBatch(open, text);
        await tellReport(cli, found, options, (out) => write(cli, open, found, options.format, out));
      });
    });
}

/** Writes it piece by piece, and says so. */
type Write = (out: Out) => Promise<void>;

async function tellReport(cli: Cli, found: BatchSummary, options: Options, write: Write): Promise<void> {
  const file = placeOf(options, found);
  if (file !== undefined) return writeFile(cli, found, options, file, write);
  if (options.json) throw new UsageError('--json tells of the file that was written: name one with --out');
  await write({ write: (content) => toStdout(cli, content) });
}

function formatOf(text: string): ReportFormat {
  const format = reportFormats.find((it) => it === text);
  if (format) return format;
  throw new InvalidArgumentError(`A format is one of ${reportFormats.join(', ')}.`);
}

/** @returns undefined for standard output */
function placeOf({ out, format }: Options, { batch }: BatchSummary): string | undefined {
  if (out !== undefined) return out === '-' ? undefined : resolve(out);
  return format === 'html' ? resolve(`${batch.id}.report.html`) : undefined;
}

async function toStdout(cli: Cli, content: string | Uint8Array): Promise<void> {
  cli.write(content);
  await cli.drained();
}

/** Whole, or not at all: what stood there before stays until then. */
async function writeFile(cli: Cli, found: BatchSummary, options: Options, file: string, write: Write): Promise<void> {
  const draft = await openDraft(file);
  try {
    await write(draft);
    await draft.publish();
  } finally {
    await draft.discard();
  }
  const { size } = await stat(file);
  const { batch, counts } = found;
  const over = batch.endedAtMs !== undefined;
  if (options.json) {
    return cli.json({ ...batchFacts(found), format: options.format, file, sizeBytes: size, over });
  }
  cli.print(`${headline(counts).text}.${over ? '' : ' It is not over: this is the report so far.'}`);
  cli.print(`written: ${relative('.', file) || file} (${sizeWords(size)})`);
}

async function write(
  cli: Cli,
  open: OpenLedger,
  { batch }: BatchSummary,
  format: ReportFormat,
  out: Out,
): Promise<void> {
  const written = await writeReport(open.ledger, batch.id, format, out, {
    clock: createClock(localTimeZone()),
    versions: { nightpass: version },
    onProgress: batch.taskCount < progressFrom ? undefined : teller(cli),
    signal: open.closed,
  });
  if (!written) throw new Error(`batch ${batch.id} is gone`);
}

/** In the time zone of whoever reads it, not of the board. */
async function writeRemote(remote: Remote, { batch }: BatchSummary, format: ReportFormat, out: Out): Promise<void> {
  const query = new URLSearchParams({ format, timeZone: localTimeZone() });
  for await (const chunk of await remote.stream(`/batches/${batch.id}/report?${query}`)) await out.write(chunk);
}

/** Of smaller ones the report is there before anybody could wonder. */
const progressFrom = 50_000;
const tellEveryMs = 2000;

function teller(cli: Cli): (done: number, of: number) => void {
  let toldAtMs = performance.now();
  return (done, of) => {
    if (performance.now() - toldAtMs < tellEveryMs) return;
    toldAtMs = performance.now();
    cli.note(cli.colors.dim(`read ${thousands(done)} of ${thousands(of)}`));
  };
}
