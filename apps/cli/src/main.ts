import { createCli, exitCodeOf } from './cli.ts';
import { runCommand } from './program.ts';

/** The `nightpass` command: the environment and the arguments are read here, and nowhere else. */

const args = process.argv.slice(2);
const cli = createCli(process, process.env);
process.exitCode = await runCommand(cli, args).catch((error: unknown) =>
  exitCodeOf(cli, error, args.includes('--json') ? 'json' : 'text'),
);
