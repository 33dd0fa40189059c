import { readFile } from 'node:fs/promises';
import { type BatchReading, batchIdOf, type Fault, readBatch } from '@nightpass/core';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { several } from '../view/words.ts';

export function addValidate(program: Command, cli: Cli): void {
  program
    .command('validate')
    .description('check batch files without launching anything')
    .argument('<file...>', 'batch files; - reads one from the standard input')
    .option('--json', 'as JSON: {"files": […]}')
    .addHelpText('after', examples('nightpass validate batches/*.json', 'generate-batch | nightpass validate - --json'))
    .action(async (paths: string[], options: { json?: boolean }) => {
      const files = [];
      for (const path of paths) files.push({ path, reading: readBatch(await bytesOf(cli, path)) });
      if (files.some(({ reading }) => !reading.ok)) cli.exitCode = 2;
      if (options.json) return cli.json({ files: files.map(({ path, reading }) => fileFacts(path, reading)) });
      for (const { path, reading } of files) cli.print(linesOf(cli, path, reading).join('\n'));
    });
}

/** The whole of a file; `-` is the standard input. @throws UsageError where it cannot be read */
export async function bytesOf(cli: Cli, path: string): Promise<Uint8Array> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of cli.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  }
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}`);
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
  };
  return known[code ?? ''] ?? message;
}

export const shownPath = (path: string) => (path === '-' ? '(standard input)' : path);

export function fileFacts(path: string, reading: BatchReading) {
  if (!reading.ok) return { file: path, ok: false, faults: reading.faults, faultCount: reading.faultCount };
  const { batch, contentHash } = reading;
  const [processes, zones] = [batch.processes.length, batch.zones.length];
  return {
    file: path,
    ok: true,
    batch: batchIdOf(contentHash),
    name: batch.name ?? null,
    processes,
    zones,
    tasks: processes * zones,
    faults: [],
    faultCount: 0,
  };
}

/** As compilers write it, so that editors can jump there. */
export function faultLine(path: string, fault: Fault): string {
  const at = fault.path === '' ? '' : ` ${fault.path}:`;
  return `${shownPath(path)}:${fault.line}:${fault.column}:${at} found ${fault.found}, expected ${fault.expected}`;
}

export function linesOf({ colors }: Cli, path: string, reading: BatchReading): string[] {
  if (reading.ok) {
    const { processes, zones } = reading.batch;
    const size = `${several(processes.length * zones.length, 'task')} (${several(processes.length, 'process', 'processes')} × ${several(zones.length, 'zone')})`;
    return [`${shownPath(path)}: ${colors.green('ok')}, ${size}, batch ${batchIdOf(reading.contentHash)}`];
  }
  const more = reading.faultCount - reading.faults.length;
  return [
    ...reading.faults.map((fault) => colors.red(faultLine(path, fault))),
    ...(more > 0 ? [colors.red(`${shownPath(path)}: and ${several(more, 'more fault')}`)] : []),
    `${shownPath(path)}: ${several(reading.faultCount, 'fault')}; nothing of it would be launched`,
  ];
}
