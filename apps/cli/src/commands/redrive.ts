import { redrivablePhases } from '@nightpass/core';
import { type RedrivablePhase, usualRedrive } from '@nightpass/engine';
import type { Command } from 'commander';
import { actOnSelection } from '../act-on-selection.ts';
import { progressOf, withBatch } from '../acting.ts';
import { titleOf } from '../batch-facts.ts';
import type { Cli } from '../cli.ts';
import { examples, phaseList } from '../command-line.ts';
import { confirmed } from '../confirm.ts';
import { addPaceOption, type PaceOptions, paceWords, tellBegun } from '../own-pace.ts';
import type { RemoteOptions } from '../remote/client.ts';
import { addSelection, isSelection, type SelectionOptions, targetOf } from '../selection.ts';
import { listed, oneLine, several } from '../view/words.ts';
import { addWhyOption, type WhyOptions, whyOf } from '../why-option.ts';

interface Options extends SelectionOptions, RemoteOptions, WhyOptions, PaceOptions {
  phase?: RedrivablePhase[];
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** A cancelled task was ended on purpose, a parked one may run on its platform: those are taken only where named. */
const usualPhases = redrivablePhases.filter((phase) => usualRedrive.includes(phase));

export function addRedrive(program: Command, cli: Cli): void {
  const command = program
    .command('redrive')
    .description('launch again what ended badly in a batch; its history is kept')
    .argument('<batch>', 'its id, the beginning of it, or the name of its file')
    .option(
      '--phase <phase>',
      `tasks in this phase: ${redrivablePhases.join(', ')}; may be given again (default: ${usualPhases.join(', ')})`,
      phaseList(redrivablePhases),
    );
  addWhyOption(addPaceOption(addSelection(command)))
    .option('--dry-run', 'say what would be launched again, and change nothing')
    .option('--yes', 'do not ask first')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'nightpass redrive ports.json --dry-run',
        'nightpass redrive b3f2 --phase parked',
        'nightpass redrive b3f2 --since 02:00 --until 03:00',
        'nightpass redrive b3f2 --family f1a2b3c4 --per-minute 20',
      ),
    )
    .action(async (text: string, options: Options) => {
      await withBatch(cli, text, options, async (acting) => {
        const { found } = acting;
        const { batch, counts } = found;
        const own = options.perMinute === undefined ? {} : { perMinute: options.perMinute };
        if (isSelection(options)) {
          // Of a named cause, or named one by one, what is parked or cancelled is meant as well.
          const usual = options.family === undefined ? usualPhases : undefined;
          const target = await targetOf(acting, options, options.phase ?? usual);
          const { dryRun = false, yes = false, json = false } = options;
          const why = whyOf(options);
          return actOnSelection(cli, acting, { action: 'redrive', target, ...own, why, dryRun, yes, json });
        }
        const phases = options.phase ?? usualPhases;
        const target = { kind: 'filter', filter: { batch: batch.id, phases } } as const;
        const chosen = await acting.choose({ action: 'redrive', target, ...own });
        const perPhase = Object.fromEntries(phases.map((phase) => [phase, chosen.phases[phase] ?? 0]));
        const wanted = chosen.tasks;
        const facts = { batch: batch.id, phases: perPhase, tasks: wanted, ...own };
        const pace = paceWords(wanted, own);
        const words = listed(Object.entries(perPhase).flatMap(([phase, n]) => (n > 0 ? [`${n} ${phase}`] : [])));
        const left = redrivablePhases.filter((phase) => !phases.includes(phase) && counts[phase] > 0);
        const tellLeft = () => {
          for (const phase of left)
            cli.print(`${several(counts[phase], 'task')} ${phase}: taken with --phase ${phase}`);
        };
        if (options.dryRun || wanted === 0) {
          if (options.json) return cli.json({ ...facts, dryRun: options.dryRun ?? false, redriven: 0 });
          const none = `nothing to redrive: no task of ${batch.id} is ${listed(phases, 'or')}`;
          cli.print(
            wanted === 0
              ? none
              : `would launch again: ${several(wanted, 'task')} (${words})${pace}. Nothing was changed.`,
          );
          return tellLeft();
        }
        const question = `This launches ${several(wanted, 'task')} of ${oneLine(titleOf(found))} (${batch.id}) again: ${words}${pace}.`;
        if (!(await confirmed(cli, question, { yes: options.yes ?? false }))) {
          cli.exitCode = 1;
          return cli.note('nothing was redriven');
        }
        const begun = await chosen.begin(whyOf(options), progressOf(cli));
        const { id, state, changed: redriven } = begun;
        if (options.perMinute !== undefined) {
          if (options.json) cli.json({ ...facts, dryRun: false, id, state, redriven });
          else tellBegun(cli, begun, wanted, own);
          return options.json ? undefined : tellLeft();
        }
        if (options.json) return cli.json({ ...facts, dryRun: false, redriven });
        cli.print(`queued again: ${several(redriven, 'task')}. Follow them with nightpass status ${batch.id} --watch`);
        tellLeft();
      });
    });
}
