import { type Command, Option } from 'commander';
import { UsageError } from '../cli.ts';
import { usualTokenEnv } from './client.ts';

/** Which commands work through a board, and why the others cannot. */

const throughBoard = new Set(
  'batches status tasks why results report actions audit redrive cancel park priority pause resume submit create list revoke'.split(
    ' ',
  ),
);

const onlyHere: Record<string, string> = {
  up: 'it starts what runs there',
  producer: 'it runs there',
  worker: 'it runs there',
  board: 'it is the board',
  login: 'the login is kept there, for its workers',
  processes: 'platforms are asked with their credentials, and a board has none',
  validate: 'it reads files here and asks no ledger; --online asks platforms, with credentials that a board has not',
  doctor: 'it checks that machine: its config, disk, clock, Redis and credentials',
  recover: 'it reads the accepted files there, and asks platforms with their credentials',
  'hash-password': 'a password goes nowhere',
  demo: 'it brings a night of its own',
  simulate: 'it runs there',
};

/** To be called once all commands are there. */
export function addRemoteOptions(program: Command): void {
  for (const command of program.commands) {
    addRemoteOptions(command);
    if (throughBoard.has(command.name())) {
      command
        .option('--url <address>', 'of a board: work through its API, and not on the ledger itself')
        .option('--token-env <name>', `variable that holds a token for it (default: ${usualTokenEnv})`);
    } else if (command.commands.length === 0) {
      const why = onlyHere[command.name()];
      const refuse = () => {
        throw new UsageError(`${command.name()} needs the machine itself${why === undefined ? '' : `: ${why}`}`);
      };
      command.addOption(new Option('--url <address>').hideHelp().argParser(refuse));
    }
  }
}
