import type { Family } from '../api/answers.ts';
import { moment } from '../words/times.ts';

const names: Record<string, string> = { process: 'process', image: 'image', location: 'place', hour: 'hour' };

/** What the tasks of a family have in common, as a sentence. */
export function shareWords(shares: Family['shares'], count: number): string {
  if (shares.length === 0 || count < 2) return '';
  const parts = shares.map(({ what, value }) => {
    if (what !== 'hour') return `the ${names[what] ?? what} ${value}`;
    return `the hour from ${moment(Date.parse(value), Date.now())}`;
  });
  return `Nearly all share ${parts.join(', ')}.`;
}

/** What differs from task to task is left out; a message that is not there is said so. */
export const shapeWords = (shape: string): string =>
  shape === '' ? 'no reason was given' : shape.replaceAll('#', '…');
