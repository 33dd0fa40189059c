import { Command, CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { examples } from './command-line.ts';
import { addRemoteOptions } from './remote/options.ts';
import { version } from './version.ts';

type Add = (program: Command, cli: Cli) => void;
/** One module of commands, by their names. */
type Entry = [names: string[], load: () => Promise<Add[]>];

/**
 * In the order in which they are listed: run it, feed it, look, act, try it. Each is loaded when it is asked for: all of
 * them bring queues, servers and simulators along, and half a second.
 */
const groups: [string, Entry[]][] = [
  [
    'Run',
    [
      [['up'], async () => [(await import('./commands/up.ts')).addUp]],
      [['producer', 'worker', 'board'], async () => [(await import('./commands/part.ts')).addParts]],
      [['login'], async () => [(await import('./commands/login.ts')).addLogin]],
    ],
  ],
  [
    'Batch files',
    [
      [['processes'], async () => [(await import('./commands/processes.ts')).addProcesses]],
      [['validate'], async () => [(await import('./commands/validate.ts')).addValidate]],
      [['submit'], async () => [(await import('./commands/submit.ts')).addSubmit]],
    ],
  ],
  [
    'Look',
    [
      [['batches'], async () => [(await import('./commands/batches.ts')).addBatches]],
      [['status'], async () => [(await import('./commands/status.ts')).addStatus]],
      [['tasks'], async () => [(await import('./commands/tasks.ts')).addTasks]],
      [['why'], async () => [(await import('./commands/why.ts')).addWhy]],
      [['results'], async () => [(await import('./commands/results.ts')).addResults]],
      [['report'], async () => [(await import('./commands/report.ts')).addReport]],
      [['actions'], async () => [(await import('./commands/actions.ts')).addActions]],
      [['audit'], async () => [(await import('./commands/audit.ts')).addAudit]],
      [['doctor'], async () => [(await import('./commands/doctor.ts')).addDoctor]],
    ],
  ],
  [
    'Act',
    [
      [
        ['pause', 'resume'],
        async () => {
          const { addPause, addResume } = await import('./commands/hold.ts');
          return [addPause, addResume];
        },
      ],
      [['cancel'], async () => [(await import('./commands/cancel.ts')).addCancel]],
      [['redrive'], async () => [(await import('./commands/redrive.ts')).addRedrive]],
      [['park'], async () => [(await import('./commands/park.ts')).addPark]],
      [['priority'], async () => [(await import('./commands/priority.ts')).addPriority]],
      [['recover'], async () => [(await import('./commands/recover.ts')).addRecover]],
    ],
  ],
  [
    'Access',
    [
      [['hash-password'], async () => [(await import('./commands/hash-password.ts')).addHashPassword]],
      [['token'], async () => [(await import('./commands/token.ts')).addToken]],
    ],
  ],
  [
    'Try',
    [
      [['demo'], async () => [(await import('./commands/demo.ts')).addDemo]],
      [['simulate'], async () => [(await import('./commands/simulate.ts')).addSimulate]],
    ],
  ],
];

/** The commands that these arguments may mean: one, or all where that is not clear (help, a slip of the pen). */
async function addCommands(program: Command, cli: Cli, args: readonly string[]): Promise<void> {
  const [first = ''] = args;
  const isKnown = groups.some(([, entries]) => entries.some(([names]) => names.includes(first)));
  for (const [title, entries] of groups) {
    program.commandsGroup(`${title}:`);
    for (const [names, load] of entries) {
      if (isKnown && !names.includes(first)) continue;
      for (const add of await load()) add(program, cli);
    }
  }
}

const surroundings = `
Environment:
  REDIS_URL         the Redis of this installation; without it, Nightpass runs one of its own
  NIGHTPASS_CONFIG  the config file (nightpass.yaml)
  NIGHTPASS_DATA    the data folder (./data)
  NIGHTPASS_INBOX   the inbox (<data>/inbox)
  NIGHTPASS_TOKEN   the token that is sent to the board of --url
  LOG_LEVEL         trace, debug, info, warn, error, fatal or silent

Exit codes: 0 done, 1 failed, 2 wrong use or invalid input.`;

/** @returns the exit code. @throws what a command could not cope with */
export async function runCommand(cli: Cli, args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const program = new Command('nightpass')
    .description('Launches Earth-observation jobs in bulk, and follows each to its end.')
    .version(version, '-V, --version')
    .configureOutput({
      writeOut: cli.write,
      writeErr: (text) => cli.note(text.trimEnd()),
      outputError: (text, write) => write(json ? JSON.stringify({ error: plain(text) }) : `nightpass: ${plain(text)}`),
      getOutHasColors: () => cli.colors.isColorSupported,
      getErrHasColors: () => false,
      getOutHelpWidth: () => Math.min(cli.columns(), 110),
      getErrHelpWidth: () => Math.min(cli.columns(), 110),
    })
    .addHelpText('after', surroundings)
    .addHelpText('after', examples('nightpass demo', 'nightpass up', 'nightpass status ports.json --watch'))
    .exitOverride();
  await addCommands(program, cli, args);
  addRemoteOptions(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Of commander's own endings, only help and version that were asked for are no fault.
    return error.exitCode === 0 ? 0 : 2;
  }
}

const plain = (text: string) => text.trim().replace(/^error: /, '');
