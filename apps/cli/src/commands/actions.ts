import { type Action, readAction, readOpenActions, stopAction, targetWords } from '@nightpass/engine';
import type { Command } from 'commander';
import { type Cli, UsageError } from '../cli.ts';
import { examples } from '../command-line.ts';
import { hasLedger, readInstallation, withLedger } from '../installation.ts';
import { remoteActions } from '../remote/actions.ts';
import { type RemoteOptions, remoteOf } from '../remote/client.ts';
import { table } from '../view/table.ts';
import { clockTime, iso } from '../view/time.ts';
import { cutTo, oneLine, thousands } from '../view/words.ts';
import { personHere } from '../who.ts';
import { addWhyOption, type WhyOptions, whyOf } from '../why-option.ts';

interface Options extends RemoteOptions, WhyOptions {
  stop?: string;
  json?: boolean;
}

/** What is known of an action that somebody began. */
export type OpenAction = Pick<
  Action,
  'id' | 'action' | 'target' | 'perMinute' | 'who' | 'why' | 'state' | 'tasks' | 'looked' | 'changed' | 'begunAtMs'
>;

export interface OpenActions {
  /** Oldest first. */
  list(): Promise<OpenAction[]>;
  /** @throws UsageError where it is over already */
  stop(id: string, why: string): Promise<OpenAction>;
}

export function addActions(program: Command, cli: Cli): void {
  const command = program
    .command('actions')
    .description('what people began and what is still under way, such as a redrive at a pace of its own')
    .option('--stop <id>', 'end this one: what it has done stays done, what is left is left as it is');
  addWhyOption(command)
    .option('--json', 'as JSON: {"actions": […]}')
    .addHelpText('after', examples('nightpass actions', 'nightpass actions --stop 3f2a90c1 --why "wrong image"'))
    .action(async (options: Options) => {
      await withActions(cli, options, async (actions) => {
        const open = await actions.list();
        if (options.stop !== undefined) return stopOne(cli, actions, open, options.stop, options);
        if (options.json) return cli.json({ actions: open.map(factsOf) });
        if (open.length === 0) return cli.print('nothing is under way');
        const heads = ['id', 'since', 'who', 'what', 'to what', 'done', 'of'];
        const sides = ['left', 'left', 'left', 'left', 'left', 'right', 'right'] as const;
        cli.print(table(cli, heads, open.map(rowOf), [...sides]));
      });
    });
}

async function stopOne(
  cli: Cli,
  actions: OpenActions,
  open: readonly OpenAction[],
  text: string,
  options: Options,
): Promise<void> {
  const meant = open.filter(({ id }) => text !== '' && id.startsWith(text));
  if (meant.length > 1) throw new UsageError(`${text} begins the ids of ${meant.length} actions: give more of it`);
  const [its] = meant;
  if (!its) throw new UsageError(`no action ${oneLine(text)} is under way; nightpass actions lists those that are`);
  const stopped = await actions.stop(its.id, whyOf(options));
  if (options.json) return cli.json({ actions: [factsOf(stopped)] });
  const left = stopped.tasks - stopped.looked;
  cli.print(`stopped: ${thousands(stopped.changed)} done, ${thousands(left)} left as they are`);
}

const rowOf = ({ id, begunAtMs, who, action, target, perMinute, looked, tasks }: OpenAction): string[] => [
  id.slice(0, 8),
  begunAtMs === undefined ? '' : clockTime(begunAtMs),
  oneLine(who),
  perMinute === undefined ? action : `${action}, ${thousands(perMinute)} a minute`,
  cutTo(oneLine(targetWords(target)), 44),
  thousands(looked),
  thousands(tasks),
];

/** Scripts read this: fields are only ever added. */
function factsOf({ id, action, target, perMinute, who, why, state, tasks, looked, changed, begunAtMs }: OpenAction) {
  return {
    id,
    action,
    target,
    perMinute: perMinute ?? null,
    who,
    why,
    state,
    tasks,
    looked,
    changed,
    begunAt: begunAtMs === undefined ? null : iso(begunAtMs),
  };
}

async function withActions(cli: Cli, options: Options, work: (actions: OpenActions) => Promise<void>): Promise<void> {
  const remote = remoteOf(cli, options);
  if (remote) return work(remoteActions(remote));
  const installation = await readInstallation(cli, 'optional');
  if (!hasLedger(installation.config)) return work({ list: async () => [], stop: async () => over() });
  await withLedger(cli, installation, ({ ledger }) =>
    work({
      list: () => readOpenActions(ledger),
      async stop(id, why) {
        const isMine = await stopAction(ledger, id, { who: personHere(), role: 'admin', why });
        return (isMine ? await readAction(ledger, id) : undefined) ?? over();
      },
    }),
  );
}

function over(): never {
  throw new UsageError('this action is over already');
}
