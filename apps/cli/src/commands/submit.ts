import { basename } from 'node:path';
import { type BatchId, readBatch as checkBatch } from '@nightpass/core';
import { type Dropped, dropFile, nameKind, type Receipt, readSummary } from '@nightpass/engine';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { type Installation, readInstallation, withLedger } from '../installation.ts';
import { type Remote, type RemoteOptions, remoteOf } from '../remote/client.ts';
import { findRemoteBatch, remoteSource } from '../remote/look.ts';
import { remoteDrop } from '../remote/submit.ts';
import { phaseWords } from '../view/phases.ts';
import { listed, oneLine, several } from '../view/words.ts';
import { watchBatch, watchFrom } from './status.ts';
import { bytesOf, faultLine, fileFacts, linesOf } from './validate.ts';

interface Options {
  provider?: string;
  again?: boolean;
  wait?: boolean;
  json?: boolean;
}

export function addSubmit(program: Command, cli: Cli): void {
  program
    .command('submit')
    .description('check batch files and drop them into the inbox')
    .argument('<file...>', 'batch files; - reads one from the standard input')
    .option('--provider <name>', 'drop them into the folder of this provider')
    .option('--again', 'launch all of it once more, even where the same content was accepted before')
    .option('--wait', 'follow each batch to its end; exit 1 unless all of its tasks succeeded')
    .option('--json', 'as JSON, a file a line')
    .addHelpText(
      'after',
      examples('nightpass submit ports.json', 'nightpass submit ports.json --provider airbus --wait'),
    )
    .action(async (paths: string[], options: Options & RemoteOptions) => {
      const remote = remoteOf(cli, options);
      if (remote) return submitRemotely(cli, remote, paths, options);
      const installation = await readInstallation(cli, 'optional');
      requireProvider(installation, options.provider);
      const files = [];
      for (const path of paths) files.push({ path, name: inboxName(path, options), bytes: await bytesOf(cli, path) });
      if (!refuseFaulty(cli, files, options)) return;
      const { inboxDir, inbox } = installation.config;
      const drops = [];
      for (const { name, bytes } of files) drops.push(await dropFile(inboxDir, options.provider, name, bytes));
      for (const drop of drops) {
        // It must lie still before it is taken, and a share may send no word of it.
        const receipt = await drop.receipt(inbox.settleMs + inbox.rescanMs + 9_000);
        await tellReceipt(cli, installation, drop, receipt, options);
      }
    });
}

/** Checked here as well, and then by whoever takes it. */
async function submitRemotely(cli: Cli, remote: Remote, paths: string[], options: Options): Promise<void> {
  const files = [];
  for (const path of paths) files.push({ path, name: inboxName(path, options), bytes: await bytesOf(cli, path) });
  if (!refuseFaulty(cli, files, options)) return;
  for (const { name, bytes } of files) {
    const drop = await remoteDrop(remote, { name, provider: options.provider, bytes });
    const receipt = await drop.receipt(options.wait ? Number.POSITIVE_INFINITY : remoteReceiptMs);
    if (options.json) cli.json({ file: drop.file, dropped: true, receipt: receipt ?? null, waits: null });
    else cli.print(receipt ? receiptLines(cli, receipt).join('\n') : `${drop.file}: dropped, and not taken yet.`);
    if (receipt?.outcome === 'rejected') cli.exitCode = 2;
    if (!options.wait || !receipt?.batch) continue;
    const found = await findRemoteBatch(remote, receipt.batch);
    const { batch, counts } = await watchFrom(cli, remoteSource(remote), found, options.json ? 'json' : 'text');
    if (counts.succeeded < batch.taskCount) cli.exitCode = 1;
  }
}

/** The usual pause before a file is taken, and some more. */
const remoteReceiptMs = 15_000;

function requireProvider({ config }: Installation, name: string | undefined): void {
  const known = Object.keys(config.providers);
  if (name === undefined || known.includes(name)) return;
  const all = known.length > 0 ? `configured: ${listed(known)}` : `there is no config file at ${config.configPath}`;
  throw new UsageError(`no provider ${name}; ${all}`);
}

function inboxName(path: string, { again }: Options): string {
  const base = (path === '-' ? 'standard-input.json' : basename(path)).replace(/^[.~]+/, '');
  const name = /\.json$/i.test(base) ? base : `${base}.json`;
  const named = again && !/\.again\.json$/i.test(name) ? name.replace(/\.json$/i, '.again.json') : name;
  if (nameKind(named) !== 'batch') throw new UsageError(`${path}: the inbox takes no file of this name; rename it`);
  return named;
}

/** One faulty file, and nothing is dropped. */
function refuseFaulty(cli: Cli, files: readonly { path: string; bytes: Uint8Array }[], options: Options): boolean {
  const readings = files.map(({ path, bytes }) => ({ path, reading: checkBatch(bytes) }));
  const faulty = readings.filter(({ reading }) => !reading.ok);
  if (faulty.length === 0) return true;
  cli.exitCode = 2;
  for (const { path, reading } of faulty) {
    if (options.json) cli.json({ ...fileFacts(path, reading), dropped: false, receipt: null });
    else cli.print(linesOf(cli, path, reading).join('\n'));
  }
  if (!options.json) cli.print('Nothing was dropped.');
  return false;
}

async function tellReceipt(
  cli: Cli,
  installation: Installation,
  drop: Dropped,
  early: Receipt | undefined,
  options: Options,
): Promise<void> {
  const waiting = early ? undefined : await drop.waiting();
  if (!early && !options.json) {
    cli.print(
      waiting
        ? `${drop.file}: dropped, and waits: ${oneLine(waiting.reason)}. It is tried again by itself.`
        : `${drop.file}: dropped, and not taken yet: no producer seems to run. It is taken as soon as one does.`,
    );
  }
  const receipt = early ?? (options.wait ? await drop.receipt(Number.POSITIVE_INFINITY) : undefined);
  if (options.json) {
    const waits = receipt ? undefined : waiting?.reason;
    cli.json({ file: drop.file, dropped: true, receipt: receipt ?? null, waits: waits ?? null });
  }
  if (receipt && !options.json) cli.print(receiptLines(cli, receipt).join('\n'));
  if (receipt?.outcome === 'rejected') cli.exitCode = 2;
  if (options.wait && receipt?.batch) await followBatch(cli, installation, receipt.batch, options);
}

export function receiptLines({ colors }: Cli, receipt: Receipt): string[] {
  const { file, outcome, batch, note } = receipt;
  const size = `${several(receipt.tasks, 'task')}`;
  switch (outcome) {
    case 'accepted':
      return [`${file}: ${colors.green('accepted')} as batch ${batch}, ${size}`, colors.dim(note)];
    case 'known':
      return [
        `${file}: ${colors.yellow('already known')} as batch ${batch}, ${size}`,
        ...(receipt.phases ? [phaseWords(colors, receipt.phases)] : []),
        colors.dim(note),
      ];
    case 'rejected':
      return [...receipt.faults.map((fault) => colors.red(faultLine(file, fault))), `${file}: ${note}`];
    default:
      return outcome satisfies never;
  }
}

async function followBatch(cli: Cli, installation: Installation, id: BatchId, options: Options): Promise<void> {
  await withLedger(cli, installation, async (open) => {
    const summary = await readSummary(open.ledger, id);
    if (!summary) throw new Error(`batch ${id} is not in this ledger: another Redis may be configured here`);
    const { batch, counts } = await watchBatch(cli, open, summary, options.json ? 'json' : 'text');
    if (counts.succeeded < batch.taskCount) cli.exitCode = 1;
  });
}
