import { type Phase, phases } from '@nightpass/core';
import { InvalidArgumentError } from 'commander';

/** What arguments must look like. commander tells the fault with the option's name, and ends with 2. */

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** May be given several times, or with commas. */
export function phaseList<P extends Phase>(allowed: readonly P[]): (text: string, before?: P[]) => P[] {
  return (text, before = []) => {
    const words = text.split(',').map((word) => word.trim());
    const unknown = words.find((word) => !(allowed as readonly string[]).includes(word));
    if (unknown !== undefined) throw new InvalidArgumentError(`A phase is one of ${allowed.join(', ')}.`);
    return [...new Set([...before, ...(words as P[])])];
  };
}

export const anyPhase = phaseList(phases);

export function examples(...lines: string[]): string {
  return `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
