import type { CallFailure, Catalogue, ProcessDescription, ProcessSummary } from '@nightpass/core';
import type { Command } from 'commander';
import { type AskedProvider, noSuchProvider, openProvider } from '../asking-provider.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { type Installation, readInstallation } from '../installation.ts';
import { troubleOf } from '../platform-trouble.ts';
import { table } from '../view/table.ts';
import { cutTo, oneLine, several } from '../view/words.ts';

interface Options {
  json?: boolean;
}

export function addProcesses(program: Command, cli: Cli): void {
  program
    .command('processes')
    .description('what can be launched on a provider; or one process, with its inputs')
    .argument('<provider>', 'its name in the config')
    .argument('[process]', 'its id on the platform')
    .option('--json', 'as JSON: {"provider", "processes": […], "total"}, or one process')
    .addHelpText(
      'after',
      examples('nightpass processes airbus', 'nightpass processes insula 12', 'nightpass processes airbus --json'),
    )
    .action(async (name: string, processId: string | undefined, options: Options) => {
      const installation = await readInstallation(cli, 'needed');
      const entry = installation.config.providers[name];
      if (!entry) throw noSuchProvider(installation, name);
      const asked = openProvider(installation, name);
      try {
        const { catalogue } = asked.adapter;
        if (!catalogue) {
          throw new UsageError(`${name} cannot be asked what it can launch: a ${entry.kind} has no list of that`);
        }
        const about = { cli, installation, name, asked, catalogue, options };
        await (processId === undefined ? listAll(about) : describeOne(about, processId));
      } finally {
        await asked.adapter.close();
      }
    });
}

interface About {
  cli: Cli;
  installation: Installation;
  name: string;
  asked: AskedProvider;
  catalogue: Catalogue;
  options: Options;
}

const mostPages = 1_000;

async function listAll(about: About): Promise<void> {
  const { cli, name, options } = about;
  const processes = await readAll(about);
  if (options.json)
    return cli.json({ provider: name, processes: processes.map(summaryFacts), total: processes.length });
  if (processes.length === 0) return cli.print(`${name} lists no processes.`);
  const rows = processes.map(({ id, title, version }) => [
    oneLine(id),
    cutTo(oneLine(title ?? ''), 60),
    cutTo(oneLine(version ?? ''), 20),
  ]);
  cli.print(table(cli, ['process', 'title', 'version'], rows));
  cli.print(cli.colors.dim(`${several(processes.length, 'process', 'processes')} on ${name}`));
}

/** Page by page. A platform whose pages go round in circles ends with the first that shows nothing new. */
async function readAll({ asked, catalogue, installation, name }: About): Promise<ProcessSummary[]> {
  const processes = new Map<string, ProcessSummary>();
  let page: string | undefined;
  for (let n = 0; n < mostPages; n++) {
    const answer = await catalogue.list(page, await asked.call());
    if (answer.kind !== 'page') throw unanswered(installation, name, answer);
    const before = processes.size;
    for (const process of answer.processes) processes.set(process.id, process);
    page = answer.next;
    if (page === undefined || (processes.size === before && answer.processes.length > 0)) break;
  }
  return [...processes.values()];
}

async function describeOne({ cli, asked, catalogue, installation, name, options }: About, id: string): Promise<void> {
  const answer = await catalogue.describe(id, await asked.call());
  if (answer.kind === 'missing') {
    const reason = oneLine(answer.reason);
    throw new UsageError(`${name} has no process ${id} (${reason}); nightpass processes ${name} lists what it has`);
  }
  if (answer.kind !== 'described') throw unanswered(installation, name, answer);
  if (options.json) return cli.json({ provider: name, ...processFacts(answer.process) });
  cli.print(processLines(cli, answer.process).join('\n'));
}

function unanswered({ config }: Installation, name: string, failure: CallFailure): Error {
  const entry = config.providers[name];
  if (!entry) return new Error(failure.reason);
  const { message, mend } = troubleOf(name, entry, failure);
  return new Error(`${name}: ${message}\n  → ${mend}`);
}

/** Scripts read these: fields are only ever added. */
const summaryFacts = ({ id, title, version, description }: ProcessSummary) => ({
  id,
  title: title ?? null,
  version: version ?? null,
  description: description ?? null,
});

const processFacts = (process: ProcessDescription) => ({
  ...summaryFacts(process),
  inputs: process.inputs.map(({ name, required, type, description }) => ({
    name,
    required,
    type: type ?? null,
    description: description ?? null,
  })),
});

function processLines(cli: Cli, { id, title, version, description, inputs }: ProcessDescription): string[] {
  const { colors } = cli;
  const head = [
    `${colors.bold(oneLine(title ?? id))}${title === undefined ? '' : `  ${oneLine(id)}`}`,
    ...(version === undefined ? [] : [`version ${oneLine(version)}`]),
    ...(description === undefined ? [] : [oneLine(description)]),
  ];
  if (inputs.length === 0) return [...head, '', 'The platform does not say what it takes.'];
  const rows = inputs.map((input) => [
    oneLine(input.name),
    input.required ? 'yes' : '',
    cutTo(oneLine(input.type ?? ''), 40),
    cutTo(oneLine(input.description ?? ''), 70),
  ]);
  return [...head, '', table(cli, ['input', 'required', 'type', ''], rows)];
}
