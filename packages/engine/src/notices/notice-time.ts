/** Times and spans in notices: the clock of the machine that tells, with its offset. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

function offset(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** e.g. `05:12 (+01:00)`, or `23 Nov 05:12 (+01:00)` where it is not the day of `besideMs`. */
export function localTime(ms: number, besideMs: number): string {
  const at = new Date(ms);
  const day =
    at.toDateString() === new Date(besideMs).toDateString() ? '' : `${at.getDate()} ${months[at.getMonth()]} `;
  return `${day}${two(at.getHours())}:${two(at.getMinutes())} (${offset(at)})`;
}

export const number = (n: number) => Math.round(n).toLocaleString('en');
export const several = (n: number, what: string) =>
  `${number(n)} ${what}${n === 1 ? '' : what.endsWith('ch') ? 'es' : 's'}`;
export const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
