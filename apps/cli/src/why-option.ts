import { type Command, Option } from 'commander';

/** Why something is done: for the audit log, and the history of each task. */
export interface WhyOptions {
  why?: string;
  /** As it was called before. */
  reason?: string;
}

const usualWhy = 'by nightpass on the command line';
/** As the API takes it. */
const mostLetters = 500;

export function addWhyOption(command: Command): Command {
  return command
    .option('--why <text>', 'for the audit log, and for those who ask later')
    .addOption(new Option('--reason <text>').hideHelp());
}

export function givenWhy({ why, reason }: WhyOptions): string | undefined {
  const text = (why ?? reason)?.trim().slice(0, mostLetters);
  return text === '' ? undefined : text;
}

export const whyOf = (options: WhyOptions): string => givenWhy(options) ?? usualWhy;
