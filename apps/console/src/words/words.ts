/** Numbers and spans as people read them. */

const numbers = new Intl.NumberFormat('en');
export const num = (n: number): string => numbers.format(n);

const parts = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
/** Of money or credits: a cost is never said to be nothing because it is small. */
export const amount = (n: number): string => (n < 1 ? parts : cents).format(n);

/** `1 task`, `1,200 tasks`. */
export const many = (n: number, one: string, several = `${one}s`): string => `${num(n)} ${n === 1 ? one : several}`;

/** `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  return h % 24 === 0 ? `${Math.floor(h / 24)} d` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** `in 5 min`, `5 min ago`, seen from `nowMs`. */
export const when = (ms: number, nowMs: number): string =>
  ms > nowMs ? `in ${span(ms - nowMs)}` : `${span(nowMs - ms)} ago`;

/** A rate of 0.2 a second is said as 12 a minute, one of 0.002 as 7.2 an hour. */
export function rate(perSecond: number): string {
  if (perSecond >= 1) return `${round(perSecond)} a second`;
  if (perSecond * 60 >= 1) return `${round(perSecond * 60)} a minute`;
  return `${round(perSecond * 3600)} an hour`;
}

/** The same where there is little room: `12/min`. */
export function shortRate(perSecond: number): string {
  if (perSecond >= 1) return `${round(perSecond)}/s`;
  if (perSecond * 60 >= 1) return `${round(perSecond * 60)}/min`;
  return `${round(perSecond * 3600)}/h`;
}

const round = (n: number) => num(n >= 100 ? Math.round(n) : Math.round(n * 10) / 10);

/** Never 100 % before the last one, never 0 % after the first. */
export function percent(part: number, all: number): string {
  if (all === 0) return '0 %';
  const tenths = Math.floor((part / all) * 1000) / 10;
  return part > 0 && tenths === 0 ? '< 0.1 %' : `${tenths} %`;
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export function bytes(n: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${round(n / 1000 ** power)} ${units[power]}`;
}

export const sentence = (text: string): string =>
  text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
