import type { Command } from 'commander';
import { actOnSelection } from '../act-on-selection.ts';
import { progressOf, withBatch } from '../acting.ts';
import { titleOf } from '../batch-facts.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { confirmed } from '../confirm.ts';
import type { RemoteOptions } from '../remote/client.ts';
import { addSelection, isSelection, type SelectionOptions, targetOf } from '../selection.ts';
import { oneLine, several, thousands } from '../view/words.ts';
import { addWhyOption, type WhyOptions, whyOf } from '../why-option.ts';

interface Options extends SelectionOptions, RemoteOptions, WhyOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command('cancel')
    .description('cancel what is still open in a batch: what waits at once, what runs on its platform')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file');
  addWhyOption(addSelection(command))
    .option('--dry-run', 'of a selection: say what would be cancelled, and change nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass cancel ports.json', 'nightpass cancel b3f2 --yes'))
    .action(async (text: string, options: Options) => {
      await withBatch(cli, text, options, async (acting) => {
        const { found } = acting;
        const { batch } = found;
        if (isSelection(options)) {
          const target = await targetOf(acting, options, undefined);
          const { dryRun = false, yes = false, json = false } = options;
          return actOnSelection(cli, acting, { action: 'cancel', target, why: whyOf(options), dryRun, yes, json });
        }
        if (options.dryRun) throw new UsageError('--dry-run is for a selection: without one, cancel asks first');
        const chosen = await acting.choose({ action: 'cancel', target: { kind: 'batch', batch: batch.id } });
        const openTasks = chosen.tasks;
        const facts = { batch: batch.id, open: openTasks };
        // Between two tasks of a redrive with a pace of its own nothing is open, and yet the batch goes on.
        if (openTasks === 0 && batch.endedAtMs !== undefined) {
          if (options.json) return cli.json({ ...facts, cancelled: 0, onPlatform: 0 });
          return cli.print(`nothing to cancel: all ${several(batch.taskCount, 'task')} of ${batch.id} have ended`);
        }
        const { queued = 0 } = chosen.phases;
        const question =
          `This cancels ${several(openTasks, 'open task')} of ${oneLine(titleOf(found))} (${batch.id}),` +
          ` ${thousands(openTasks - queued)} of them on the platform.`;
        if (!(await confirmed(cli, question, { yes: options.yes ?? false }))) {
          cli.exitCode = 1;
          return cli.note('nothing was cancelled');
        }
        const { changed } = await chosen.begin(whyOf(options), progressOf(cli));
        // What waited is ended first of all; who was launched meanwhile is cancelled there.
        const ended = Math.min(changed, queued);
        const remote = changed - ended;
        if (options.json) return cli.json({ ...facts, cancelled: ended, onPlatform: remote });
        cli.print(`cancelled: ${several(ended, 'task')} that waited`);
        if (remote > 0) {
          cli.print(
            `being cancelled on the platform: ${several(remote, 'task')}. The workers ask it to, and go on until it says so: nightpass status ${batch.id} --watch`,
          );
        }
      });
    });
}
