import { readFile } from 'node:fs/promises';
import { type BatchReading, batchIdOf, type Fault, readBatch } from '@nightpass/core';
import type { Command } from 'commander';
import { noSuchProvider } from '../asking-provider.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { readInstallation } from '../installation.ts';
import { createOnlineChecker, type OnlineCheck, type OnlineChecker } from '../online-check.ts';
import { oneLine, several, thousands } from '../view/words.ts';

interface Options {
  online?: boolean;
  provider?: string;
  strict?: boolean;
  json?: boolean;
}

export function addValidate(program: Command, cli: Cli): void {
  program
    .command('validate')
    .description('check batch files without launching anything')
    .argument('<file...>', 'batch files; - reads one from the standard input')
    .option('--online', 'also ask the providers whether they have its processes and take its inputs')
    .option('--provider <name>', 'with --online: as if dropped into the folder of this provider')
    .option('--strict', 'with --online: exit 1 where a provider cannot be asked, which is else a warning')
    .option('--json', 'as JSON: {"files": […]}')
    .addHelpText(
      'after',
      examples(
        'nightpass validate batches/*.json',
        'nightpass validate --online ports.json',
        'generate-batch | nightpass validate - --json',
      ),
    )
    .action(async (paths: string[], options: Options) => {
      const checker = await checkerFor(cli, options);
      const files = [];
      try {
        for (const path of paths) {
          const bytes = await bytesOf(cli, path);
          const reading = readBatch(bytes);
          if (!checker || !reading.ok) files.push({ path, reading, online: undefined });
          else files.push(await checkOnline(checker, { path, bytes, reading }, options.provider));
        }
      } finally {
        await checker?.close();
      }
      const unasked = files.some(({ online }) => (online?.warnings.length ?? 0) > 0);
      if (unasked && options.strict) cli.exitCode = 1;
      if (files.some(({ reading }) => !reading.ok)) cli.exitCode = 2;
      if (options.json) {
        const facts = ({ path, reading, online }: Checked) => ({
          ...fileFacts(path, reading),
          ...(options.online && { online: online ? onlineFacts(online) : null }),
        });
        return cli.json({ files: files.map(facts) });
      }
      for (const { path, reading, online } of files) {
        cli.print([...linesOf(cli, path, reading), ...onlineLines(cli, path, reading, online)].join('\n'));
      }
    });
}

interface Checked {
  path: string;
  reading: BatchReading;
  /** Undefined where the platforms were not asked. */
  online: OnlineCheck | undefined;
}

async function checkerFor(cli: Cli, options: Options): Promise<OnlineChecker | undefined> {
  if (!options.online) {
    if (options.strict || options.provider !== undefined) throw new UsageError('--strict and --provider need --online');
    return undefined;
  }
  const installation = await readInstallation(cli, 'needed');
  if (options.provider !== undefined && !installation.config.providers[options.provider]) {
    throw noSuchProvider(installation, options.provider);
  }
  return createOnlineChecker(installation);
}

async function checkOnline(
  checker: OnlineChecker,
  { path, bytes, reading }: { path: string; bytes: Uint8Array; reading: BatchReading & { ok: true } },
  folder: string | undefined,
): Promise<Checked> {
  const content = { content: reading.batch, contentHash: reading.contentHash, bytes };
  const online = await checker.check(content, folder);
  const { faults, faultCount } = online;
  return { path, reading: faultCount > 0 ? { ok: false, faults, faultCount } : reading, online };
}

const onlineFacts = ({ tasksChecked, warnings }: OnlineCheck) => ({
  tasksChecked,
  warnings: warnings.map(({ provider, reason, mend }) => ({ provider, reason, mend: mend ?? null })),
});

function onlineLines({ colors }: Cli, path: string, reading: BatchReading, online: OnlineCheck | undefined): string[] {
  if (!online) return [];
  const { tasksChecked, warnings } = online;
  const all = reading.ok ? reading.batch.processes.length * reading.batch.zones.length : 0;
  const of =
    tasksChecked < all ? `${thousands(tasksChecked)} of ${several(all, 'task')}, by their form,` : several(all, 'task');
  const asked = `${shownPath(path)}: ${of} asked about, and taken`;
  return [
    ...(reading.ok && tasksChecked > 0 ? [colors.dim(asked)] : []),
    ...warnings.flatMap(({ provider, reason, mend }) => [
      colors.yellow(`${shownPath(path)}: not checked with ${provider}: ${oneLine(reason)}`),
      ...(mend === undefined ? [] : [colors.dim(`      → ${mend}`)]),
    ]),
  ];
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
