import type { TaskAction, Wanted } from '@nightpass/engine';
import { type Acting, type Chosen, progressOf } from './acting.ts';
import type { Cli } from './cli.ts';
import { confirmed } from './confirm.ts';
import { paceWords, tellBegun } from './own-pace.ts';
import { listed, several, thousands } from './view/words.ts';

/** What is done to chosen tasks: counted first, asked about, then carried out, and put down in the audit log. */
export interface SelectedAction extends Wanted {
  action: TaskAction;
  why: string;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

const words = {
  redrive: { would: 'would launch again', does: 'launches again', done: 'queued again' },
  cancel: { would: 'would cancel', does: 'cancels', done: 'cancelled, or being cancelled on the platform' },
  park: { would: 'would park', does: 'parks', done: 'parked' },
} as const;

function wordsOf({ action, priority = 0 }: SelectedAction): { would: string; does: string; done: string } {
  if (action !== 'priority') return words[action];
  const where = priority > 0 ? 'first' : 'last';
  return { would: `would launch ${where}`, does: `launches ${where}`, done: `to be launched ${where}` };
}

export async function actOnSelection(cli: Cli, { found, choose }: Acting, wanted: SelectedAction): Promise<void> {
  const { action, target, priority, perMinute, why, dryRun, yes, json } = wanted;
  const batch = found.batch.id;
  const own = { ...(priority !== undefined && { priority }), ...(perMinute !== undefined && { perMinute }) };
  const chosen = await choose({ action, target, ...own });
  const { tasks, phases, untouched } = chosen;
  const facts = { batch, action, ...own, tasks, phases, untouched };
  const pace = paceWords(tasks, wanted);
  const say = wordsOf(wanted);
  if (dryRun || tasks === 0) {
    if (json) return cli.json({ ...facts, dryRun, changed: 0 });
    cli.print(
      tasks === 0 ? 'nothing of that to touch' : `${say.would}: ${countWords(chosen)}${pace}. Nothing was changed.`,
    );
    return tellUntouched(cli, chosen);
  }
  if (!json) tellUntouched(cli, chosen);
  if (!(await confirmed(cli, `This ${say.does} ${countWords(chosen)} of ${batch}${pace}.`, { yes }))) {
    cli.exitCode = 1;
    return cli.note('nothing was changed');
  }
  const begun = await chosen.begin(why, progressOf(cli));
  const { id, state, changed, looked } = begun;
  if (perMinute !== undefined) {
    return json ? cli.json({ ...facts, dryRun: false, id, state, changed }) : tellBegun(cli, begun, tasks, wanted);
  }
  if (json) return cli.json({ ...facts, dryRun: false, changed });
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
