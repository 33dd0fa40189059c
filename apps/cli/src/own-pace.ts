import { span } from '@nightpass/core';
import { type Action, lastsMs, perMinuteRange } from '@nightpass/engine';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from './cli.ts';
import { several, thousands } from './view/words.ts';

/** A redrive at a pace of its own: begun here, and carried out by whatever runs there. */
export interface PaceOptions {
  perMinute?: number;
}

export function addPaceOption(command: Command): Command {
  return command.option(
    '--per-minute <n>',
    'take back so many a minute at most, by and by (default: all at once, launched at the pace of their provider)',
    pace,
  );
}

function pace(text: string): number {
  const value = Number(text);
  const { min, max } = perMinuteRange;
  if (/^\d*\.?\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
}

/** e.g. `, at most 20 a minute: about 2 h 30 min` */
export function paceWords(tasks: number, options: PaceOptions): string {
  const { perMinute } = options;
  if (perMinute === undefined) return '';
  const forMs = lastsMs(tasks, options);
  return `, at most ${thousands(perMinute)} a minute${forMs < 1_000 ? '' : `: about ${span(forMs)}`}`;
}

/** Of an action that goes on when the command has ended. */
export function tellBegun(
  cli: Cli,
  { id, changed }: Pick<Action, 'id' | 'changed'>,
  tasks: number,
  options: PaceOptions,
): void {
  cli.print(
    `begun: ${several(tasks, 'task')} to be queued again${paceWords(tasks, options)}. ${thousands(changed)} so far.`,
  );
  cli.print('Workers and boards carry it out, whoever of them runs. How far it is: nightpass actions');
  cli.print(`To end it before: nightpass actions --stop ${id.slice(0, 8)}`);
}
