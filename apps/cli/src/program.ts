import { Command, CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { examples } from './command-line.ts';
import { addBatches } from './commands/batches.ts';
import { addCancel } from './commands/cancel.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addHashPassword } from './commands/hash-password.ts';
import { addPause, addResume } from './commands/hold.ts';
import { addLogin } from './commands/login.ts';
import { addParts } from './commands/part.ts';
import { addProcesses } from './commands/processes.ts';
import { addRecover } from './commands/recover.ts';
import { addRedrive } from './commands/redrive.ts';
import { addReport } from './commands/report.ts';
import { addResults } from './commands/results.ts';
import { addSimulate } from './commands/simulate.ts';
import { addStatus } from './commands/status.ts';
import { addSubmit } from './commands/submit.ts';
import { addTasks } from './commands/tasks.ts';
import { addToken } from './commands/token.ts';
import { addUp } from './commands/up.ts';
import { addValidate } from './commands/validate.ts';
import { addWhy } from './commands/why.ts';
import { addRemoteOptions } from './remote/client.ts';
import { version } from './version.ts';

/** In the order in which they are listed: run it, feed it, look, act, try it. */
const groups: [string, ((program: Command, cli: Cli) => void)[]][] = [
  ['Run', [addUp, addParts, addLogin]],
  ['Batch files', [addProcesses, addValidate, addSubmit]],
  ['Look', [addBatches, addStatus, addTasks, addWhy, addResults, addReport, addDoctor]],
  ['Act', [addPause, addResume, addCancel, addRedrive, addRecover]],
  ['Access', [addHashPassword, addToken]],
  ['Try', [addDemo, addSimulate]],
];

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
  for (const [title, commands] of groups) {
    program.commandsGroup(`${title}:`);
    for (const add of commands) add(program, cli);
  }
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
