import { type Command, InvalidArgumentError } from 'commander';
import { actOnSelection } from '../act-on-selection.ts';
import { withBatch } from '../acting.ts';
import type { Cli } from '../cli.ts';
import { examples } from '../command-line.ts';
import type { RemoteOptions } from '../remote/client.ts';
import { addSelection, type SelectionOptions, selectedOrAll } from '../selection.ts';
import { addWhyOption, type WhyOptions, whyOf } from '../why-option.ts';

interface Options extends SelectionOptions, RemoteOptions, WhyOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

const most = 1_000;

export function addPriority(program: Command, cli: Cli): void {
  const command = program
    .command('priority')
    .description('launch queued tasks first, or last; a whole batch takes that rank among the others too')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .argument('<priority>', `from ${-most} to ${most}: above 0 goes first, else last`, rank);
  addWhyOption(addSelection(command))
    .option('--dry-run', 'say what would be moved, and change nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples('nightpass priority ports.json 10', 'nightpass priority b3f2 1 --filter location=brest'),
    )
    .action(async (text: string, priority: number, options: Options) => {
      await withBatch(cli, text, options, async (acting) => {
        const target = await selectedOrAll(acting, options);
        const { dryRun = false, yes = false, json = false } = options;
        const why = whyOf(options);
        await actOnSelection(cli, acting, { action: 'priority', priority, target, why, dryRun, yes, json });
      });
    });
}

function rank(text: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && Math.abs(value) <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${-most} to ${most}.`);
}
