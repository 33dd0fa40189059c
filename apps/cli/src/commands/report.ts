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
import { sizeWords } from '../results/telling.ts';
import { version } from '../version.ts';
import { thousands } from '../view/words.ts';

interface Options {
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
      const installation = await readInstallation(cli, 'optional');
      await withLedger(cli, installation, async (open) => {
        const found = await findBatch(open, text);
        const file = placeOf(options, found);
        if (file !== undefined) return writeFile(cli, open, found, options, file);
        if (options.json) throw new UsageError('--json tells of the file that was written: name one with --out');
        await write(cli, open, found, options.format, { write: (content) => toStdout(cli, content) });
      });
    });
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
  cli.write(typeof content === 'string' ? content : Buffer.from(content).toString());
  await cli.drained();
}

/** Whole, or not at all: what stood there before stays until then. */
async function writeFile(
  cli: Cli,
  open: OpenLedger,
  found: BatchSummary,
  options: Options,
  file: string,
): Promise<void> {
  const draft = await openDraft(file);
  try {
    await write(cli, open, found, options.format, draft);
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
