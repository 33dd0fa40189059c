import type { Phase } from '@nightpass/core';
import type { Counts } from '@nightpass/engine';

/** Numbers and lists as people read them. */

const numbers = new Intl.NumberFormat('en');
export const num = (n: number) => numbers.format(n);
const parts = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
/** Of money or credits: a cost is never said to be nothing because it is small. */
export const amount = (n: number) => (n < 1 ? parts : cents).format(n);
export const many = (n: number, one: string, several = `${one}s`) => `${num(n)} ${n === 1 ? one : several}`;
export const listed = (words: readonly string[], last = 'and') =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** 99.9 % is never said to be all, nor 0.04 % to be nothing. */
export function percent(part: number, whole: number): string {
  if (part === whole) return '100 %';
  if (part === 0) return '0 %';
  const share = (part / whole) * 100;
  if (share < 0.1) return 'under 0.1 %';
  return `${Math.min(99.9, share).toFixed(share < 10 || share > 99 ? 1 : 0)} %`;
}

/** In the order in which people look: what is well, what is not, what is still to come. */
export const phaseOrder: readonly Phase[] = [
  'succeeded',
  'failed',
  'expired',
  'parked',
  'cancelled',
  'unconfirmed',
  'running',
  'launching',
  'queued',
];

export const total = (counts: Counts) => phaseOrder.reduce((sum, phase) => sum + counts[phase], 0);
export const openCount = (counts: Counts) => counts.queued + counts.launching + counts.unconfirmed + counts.running;
/** Cancelled tasks were ended on purpose: they need nobody. */
export const needPerson = (counts: Counts) => counts.failed + counts.expired + counts.parked;

/** The first thing a reader wants to know. */
export function headline(counts: Counts): { good: boolean; text: string } {
  const all = total(counts);
  const bad = needPerson(counts);
  const open = openCount(counts);
  if (bad > 0) {
    const need = `${many(bad, 'task')} of ${num(all)} ${bad === 1 ? 'needs' : 'need'} a person`;
    return { good: false, text: open > 0 ? `${need} so far; ${num(open)} not over yet` : need };
  }
  if (open > 0) {
    return { good: true, text: `All well so far: ${num(all - open)} of ${many(all, 'task')} over, ${num(open)} to go` };
  }
  if (counts.cancelled === all) return { good: true, text: `${allOf(all)} cancelled` };
  if (counts.cancelled > 0) {
    return { good: true, text: `All well: ${num(counts.succeeded)} succeeded, ${num(counts.cancelled)} cancelled` };
  }
  return { good: true, text: `All well: ${allOf(all)} succeeded` };
}

const allOf = (n: number) => (n === 1 ? 'the one task' : `all ${num(n)} tasks`);

/** Text that others wrote, in one line: no controls, nothing that turns ours round, and not without end. */
export function oneLine(text: string, most = 300): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return flat.length > most ? `${Array.from(flat).slice(0, most).join('')}…` : flat;
}
