import { type BatchSummary, readSummaries } from '@nightpass/engine';
import type { Command } from 'commander';
import { batchFacts } from '../batch-facts.ts';
import type { Cli } from '../cli.ts';
import { examples, wholeNumber } from '../command-line.ts';
import { emptyState, hasLedger, readInstallation, withLedger } from '../installation.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { remoteBatches } from '../remote/look.ts';
import { openCount, percentSettled, phaseWords } from '../view/phases.ts';
import { table } from '../view/table.ts';
import { clockTime } from '../view/time.ts';
import { cutTo, oneLine, thousands } from '../view/words.ts';

export function addBatches(program: Command, cli: Cli): void {
  program
    .command('batches')
    .description('list the batches, newest first')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--json', 'as JSON: {"batches": […], "total": n}')
    .addHelpText('after', examples('nightpass batches', 'nightpass batches --limit 100 --json'))
    .action(async (options: { limit: number; json?: boolean } & RemoteOptions) => {
      const remote = remoteOf(cli, options);
      if (remote) {
        const { batches, total } = await remoteBatches(remote, options.limit);
        return tellBatches(
          cli,
          { batches, total, empty: 'no batches yet: nightpass submit FILE' },
          options.json === true,
        );
      }
      const installation = await readInstallation(cli, 'optional');
      const { batches, total } = hasLedger(installation.config)
        ? await withLedger(cli, installation, async ({ ledger }) => ({
            batches: await readSummaries(ledger, { offset: 0, limit: options.limit }),
            total: await ledger.redis.zcard(ledger.keys.batches),
          }))
        : { batches: [], total: 0 };
      tellBatches(cli, { batches, total, empty: emptyState(installation.config) }, options.json === true);
    });
}

interface Listed {
  batches: BatchSummary[];
  total: number;
  /** What is said where there are none. */
  empty: string;
}

function tellBatches(cli: Cli, { batches, total, empty }: Listed, json: boolean): void {
  if (json || batches.length === 0) {
    if (json) cli.json({ batches: batches.map(batchFacts), total });
    else cli.print(empty);
    return;
  }
  const { colors } = cli;
  const rows = batches.map(({ batch, counts }) => [
    batch.id,
    cutTo(oneLine(batch.name ?? batch.file), 36),
    thousands(batch.taskCount),
    openCount(counts) === 0 ? 'ended' : `${percentSettled(counts, batch.taskCount)} %`,
    clockTime(batch.acceptedAtMs),
    phaseWords(colors, counts),
  ]);
  cli.print(
    table(cli, ['batch', 'name', 'tasks', 'done', 'accepted', 'phases'], rows, ['left', 'left', 'right', 'right']),
  );
  if (total > batches.length) cli.print(colors.dim(`… and ${thousands(total - batches.length)} older`));
}
