import type { Command } from 'commander';
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

export function addPark(program: Command, cli: Cli): void {
  const command = program
    .command('park')
    .description('set tasks aside for a person: what is queued, or unconfirmed; a redrive takes them back')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file');
  addWhyOption(addSelection(command))
    .option('--dry-run', 'say what would be parked, and change nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass park ports.json --filter location=brest --why "clouds"'))
    .action(async (text: string, options: Options) => {
      await withBatch(cli, text, options, async (acting) => {
        const target = await selectedOrAll(acting, options);
        const { dryRun = false, yes = false, json = false } = options;
        await actOnSelection(cli, acting, { action: 'park', target, why: whyOf(options), dryRun, yes, json });
      });
    });
}
