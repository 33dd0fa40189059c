import type { Phase } from '@nightpass/core';
import { familyIdPattern, type MovedSpan, type Target, type TaskFilter } from '@nightpass/engine';
import type { Command } from 'commander';
import type { Acting } from './acting.ts';
import { UsageError } from './cli.ts';
import { pastMoment } from './past-moment.ts';
import { listed } from './view/words.ts';

/** When tasks last moved, Unix ms. */
export interface SpanOptions {
  since?: number;
  until?: number;
}

/** Which tasks of a batch a command means, where it does not mean all of them. */
export interface SelectionOptions extends SpanOptions {
  family?: string;
  process?: string[];
  filter?: string[];
  task?: string[];
}

const again = (text: string, before: string[] = []) => [...before, text];

const moment = (text: string) => pastMoment(text, Date.now());

export function addSpan(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'only tasks that last moved then or later: 02:00, 2026-11-22T02:00Z, or 3h for three hours ago',
      moment,
    )
    .option('--until <time>', 'only tasks that last moved before that', moment);
}

/** @throws UsageError where nothing can lie between the two */
export function spanOf({ since, until }: SpanOptions): MovedSpan {
  if (since !== undefined && until !== undefined && since >= until) {
    const [from, to] = [since, until].map((ms) => new Date(ms).toISOString());
    throw new UsageError(`--since ${from} is not before --until ${to}`);
  }
  return { ...(since !== undefined && { movedSinceMs: since }), ...(until !== undefined && { movedUntilMs: until }) };
}

export function addSelection(command: Command): Command {
  return addSpan(command)
    .option('--family <id>', 'only failures of this cause, as nightpass report and the board name it')
    .option('--process <name>', 'only tasks of this process: its name, id or index; may be given again', again)
    .option(
      '--filter <condition>',
      'only tasks of which this holds, e.g. location=brest, error=timeout; may be given again',
      again,
    )
    .option('--task <id>', 'this task; may be given again', again);
}

export const isSelection = ({ family, process, filter, task, since, until }: SelectionOptions) =>
  [family, process, filter, task, since, until].some((it) => it !== undefined);

const texts = ['location', 'image', 'error', 'provider'] as const;

/** @throws UsageError where a condition cannot be read, or names nothing of the batch */
export async function targetOf(
  { found: { batch }, processes }: Acting,
  options: SelectionOptions,
  phases: readonly Phase[] | undefined,
): Promise<Target> {
  const { task, family, process, filter } = options;
  const span = spanOf(options);
  if (task) {
    if (family || process || filter || Object.keys(span).length > 0)
      throw new UsageError('give --task alone: it names what is meant');
    const foreign = task.find((id) => !id.startsWith(`${batch.id}-`));
    if (foreign !== undefined) throw new UsageError(`${foreign} is no task of ${batch.id}`);
    return { kind: 'tasks', tasks: task };
  }
  if (family !== undefined && !familyIdPattern.test(family)) {
    throw new UsageError(`${family} is no family: a family is named as in f1a2b3c4d`);
  }
  const meant: TaskFilter = { batch: batch.id, family, phases, ...span, ...conditionsOf(filter ?? []) };
  if (process) meant.processes = await processIndexes(batch.id, await processes(), process);
  return { kind: 'filter', filter: meant };
}

/** The whole batch, unless some of it is named. */
export const selectedOrAll = async (acting: Acting, options: SelectionOptions): Promise<Target> =>
  isSelection(options) ? targetOf(acting, options, undefined) : { kind: 'batch', batch: acting.found.batch.id };

function conditionsOf(given: readonly string[]): Partial<TaskFilter> {
  const conditions: Partial<TaskFilter> = {};
  for (const condition of given) {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/s.exec(condition) ?? [];
    if ((texts as readonly string[]).includes(name)) conditions[name as (typeof texts)[number]] = value;
    else if (name === 'zone' && /^\d+(,\d+)*$/.test(value)) conditions.zones = value.split(',').map(Number);
    else
      throw new UsageError(
        `${condition} is no condition: give ${listed(
          [...texts, 'zone'].map((it) => `${it}=…`),
          'or',
        )}`,
      );
  }
  return conditions;
}

function processIndexes(
  batch: string,
  processes: readonly { id: string; name: string }[],
  named: readonly string[],
): number[] {
  return named.flatMap((text) => {
    const found = processes.flatMap(({ id, name }, i) =>
      id === text || name === text || String(i) === text ? [i] : [],
    );
    if (found.length > 0) return found;
    const known = processes.map(({ name }) => name).slice(0, 12);
    throw new UsageError(`no process ${text} in ${batch}; there are ${listed(known)}`);
  });
}
