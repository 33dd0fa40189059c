import type { Target } from '@nightpass/engine';
import type { Acting, Chosen } from './acting.ts';
import type { Cli } from './cli.ts';
import { confirmed } from './confirm.ts';
import { listed, several, thousands } from './view/words.ts';

/** What is done to chosen tasks: counted first, asked about, then carried out, and put down in the audit log. */
export interface SelectedAction {
  action: 'redrive' | 'cancel';
  target: Target;
  why: string | undefined;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

const words = {
  redrive: { would: 'would launch again', does: 'This launches again', done: 'queued again' },
  cancel: { would: 'would cancel', does: 'This cancels', done: 'cancelled, or being cancelled on the platform' },
} as const;

export const usualWhy = 'by nightpass on the command line';

export async function actOnSelection(cli: Cli, { found, choose }: Acting, wanted: SelectedAction): Promise<void> {
  const { action, target } = wanted;
  const batch = found.batch.id;
  const chosen = await choose(action, target);
  const { tasks, phases, untouched } = chosen;
  const facts = { batch, action, tasks, phases, untouched };
  const say = words[action];
  if (wanted.dryRun || tasks === 0) {
    if (wanted.json) return cli.json({ ...facts, dryRun: wanted.dryRun, changed: 0 });
    cli.print(tasks === 0 ? 'nothing of that to touch' : `${say.would}: ${countWords(chosen)}. Nothing was changed.`);
    return tellUntouched(cli, chosen);
  }
  if (!wanted.json) tellUntouched(cli, chosen);
  if (!(await confirmed(cli, `${say.does} ${countWords(chosen)} of ${batch}.`, { yes: wanted.yes }))) {
    cli.exitCode = 1;
    return cli.note('nothing was changed');
  }
  const { changed, looked } = await chosen.begin(wanted.why ?? usualWhy);
  if (wanted.json) return cli.json({ ...facts, dryRun: false, changed });
  cli.print(`${say.done}: ${several(changed, 'task')}. Follow them with nightpass status ${batch} --watch`);
  const skipped = looked - changed;
  if (skipped > 0)
    cli.print(`${several(skipped, 'task')} had moved on meanwhile, and ${skipped === 1 ? 'was' : 'were'} left alone`);
}

function countWords({ tasks, phases }: Chosen): string {
  const each = Object.entries(phases).map(([phase, n = 0]) => `${thousands(n)} ${phase}`);
  return `${several(tasks, 'task')} (${listed(each)})`;
}

function tellUntouched(cli: Cli, { untouched }: Chosen): void {
  const each = Object.entries(untouched).map(([phase, n = 0]) => `${thousands(n)} ${phase}`);
  if (each.length > 0) cli.print(`not touched: ${listed(each)}`);
}
