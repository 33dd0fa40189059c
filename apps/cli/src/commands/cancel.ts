import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { actOnSelection } from '../act-on-selection.ts';
import { withBatch } from '../acting.ts';
import { titleOf } from '../batch-facts.ts';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { confirmed } from '../confirm.ts';
import type { RemoteOptions } from '../remote/client.ts';
import { addSelection, isSelection, type SelectionOptions, targetOf } from '../selection.ts';
import { openCount } from '../view/phases.ts';
import { oneLine, several, thousands } from '../view/words.ts';

interface Options extends SelectionOptions, RemoteOptions {
  reason?: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command('cancel')
    .description('cancel what is still open in a batch: what waits at once, what runs on its platform')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file');
  addSelection(command)
    .option('--reason <text>', 'why, for those who ask')
    .option('--dry-run', 'of a selection: say what would be cancelled, and change nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('nightpass cancel ports.json', 'nightpass cancel b3f2 --yes'))
    .action(async (text: string, options: Options) => {
      await withBatch(cli, text, options, async (acting) => {
        const { found } = acting;
        const { batch, counts } = found;
        if (isSelection(options)) {
          const target = await targetOf(acting, options, undefined);
          const { dryRun = false, yes = false, json = false, reason: why } = options;
          return actOnSelection(cli, acting, { action: 'cancel', target, why, dryRun, yes, json });
        }
        if (options.dryRun) throw new UsageError('--dry-run is for a selection: without one, cancel asks first');
        const openTasks = openCount(counts);
        const facts = { batch: batch.id, open: openTasks };
        if (openTasks === 0) {
          if (options.json) return cli.json({ ...facts, cancelled: 0, onPlatform: 0 });
          return cli.print(`nothing to cancel: all ${several(batch.taskCount, 'task')} of ${batch.id} have ended`);
        }
        const running = counts.running + counts.launching + counts.unconfirmed;
        const question =
          `This cancels ${several(openTasks, 'open task')} of ${oneLine(titleOf(found))} (${batch.id}),` +
          ` ${thousands(running)} of them on the platform.`;
        if (!(await confirmed(cli, question, { yes: options.yes ?? false }))) {
          cli.exitCode = 1;
          return cli.note('nothing was cancelled');
        }
        const reason = options.reason ?? `cancelled by ${userInfo().username}`;
        const { ended, remote } = await acting.cancel(reason);
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
