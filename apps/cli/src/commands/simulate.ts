import { readFile } from 'node:fs/promises';
import { untilSignal } from '@nightpass/runtime';
import {
  readSimulatorScript,
  type Simulator,
  type SimulatorKind,
  simulatorKinds,
  startSimulator,
} from '@nightpass/simulator';
import { type Command, Option } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { several } from '../view/words.ts';

interface Options {
  kind: SimulatorKind;
  port: number;
  host: string;
  faults?: string;
  seed?: string;
  json?: boolean;
}

export function addSimulate(program: Command, cli: Cli): void {
  program
    .command('simulate')
    .description('run a simulated platform here until Ctrl-C')
    .addOption(new Option('--kind <kind>', 'of which kind').choices(simulatorKinds).makeOptionMandatory())
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 8099)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--faults <file>', 'JSON script: {"behaviour": {…}, "faults": […]}')
    .option('--seed <text>', 'same seed, same fates of jobs')
    .option('--json', 'as JSON: one line at the start, one at the end')
    .addHelpText('after', examples('nightpass simulate --kind airbus-playground --port 8099'))
    .action(async (options: Options) => {
      const script = options.faults === undefined ? {} : await readScript(options.kind, options.faults);
      const { kind, port, host, seed } = options;
      const simulator = await startSimulator({
        kind,
        port,
        host,
        ...script,
        ...(seed === undefined ? {} : { seed }),
      });
      // Whoever reads that it has started may end it at once.
      const ending = untilSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
      const { url, tokenUrl } = simulator;
      if (options.json) cli.json({ event: 'started', kind, url, tokenUrl, port: simulator.port, seed: simulator.seed });
      else cli.print(startLines(cli, simulator).join('\n'));
      await ending;
      if (options.json) cli.json({ event: 'stopped', ...summary(simulator) });
      else cli.print(endLines(simulator).join('\n'));
      await simulator.close();
    });
}

async function readScript(kind: SimulatorKind, path: string) {
  try {
    return readSimulatorScript(kind, await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

/** How each kind may be logged in to; whatever is not blank is let in. */
const authLines: Record<SimulatorKind, (tokenUrl: string) => { auth: string; variables: string[] }> = {
  'airbus-playground': (tokenUrl) => ({
    auth: `{ kind: api-key, keyEnv: SIMULATED_API_KEY, tokenUrl: ${tokenUrl} }`,
    variables: ['SIMULATED_API_KEY'],
  }),
  'desp-insula': () => ({
    auth: '{ kind: basic, usernameEnv: SIMULATED_USER, passwordEnv: SIMULATED_TOKEN }',
    variables: ['SIMULATED_USER', 'SIMULATED_TOKEN'],
  }),
  'ogc-api-processes': () => ({ auth: '{ kind: none }', variables: [] }),
  openeo: () => ({
    auth: '{ kind: basic, usernameEnv: SIMULATED_USER, passwordEnv: SIMULATED_PASSWORD }',
    variables: ['SIMULATED_USER', 'SIMULATED_PASSWORD'],
  }),
};

function startLines({ colors }: Cli, { kind, url, baseUrl, tokenUrl }: Simulator): string[] {
  const { auth, variables } = authLines[kind](tokenUrl);
  const hint = variables.length > 0 ? `Any ${variables.join(' and ')} that is not blank will do. ` : '';
  return [
    `A simulated ${kind} answers at ${url}. To use it, in nightpass.yaml:`,
    '',
    '  providers:',
    '    simulated:',
    `      kind: ${kind}`,
    `      baseUrl: ${baseUrl}`,
    `      auth: ${auth}`,
    '',
    colors.dim(`${hint}Ctrl-C ends it.`),
  ];
}

function summary(simulator: Simulator) {
  const { launch, look, list, token, any } = simulator.counts();
  return {
    requests: any.arrived,
    tokens: token.tookEffect,
    launches: launch.arrived,
    looks: look.arrived,
    lists: list.arrived,
    jobs: simulator.jobCounts(),
    launchedTwice: simulator.launchedTwice().length,
    mostLaunchesInAnySecond: simulator.mostInAnySecond('launch'),
    faults: any.byFault,
  };
}

function endLines(simulator: Simulator): string[] {
  const facts = summary(simulator);
  const counted = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([word, n]) => `${n} ${word}`)
      .join(', ') || 'none';
  return [
    '',
    `It got ${several(facts.requests, 'request')}: ${facts.launches} launches, ${facts.looks} looks, ${facts.lists} lists.`,
    `Jobs: ${counted(facts.jobs)}.`,
    `Tasks launched twice: ${facts.launchedTwice}. Most launches in any second: ${facts.mostLaunchesInAnySecond}.`,
    `Faults played: ${counted(facts.faults)}.`,
  ];
}
