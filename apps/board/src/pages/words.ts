import { type Html, html, type Part } from './html.ts';

/** Numbers, times and names as people read them. */

const numbers = new Intl.NumberFormat('en');
export const num = (n: number) => numbers.format(n);

/** `1 task`, `1,200 tasks`. */
export const many = (n: number, one: string, several = `${one}s`) => `${num(n)} ${n === 1 ? one : several}`;

const days = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});
const seconds = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

/** In UTC; the page's script shows it in the reader's own zone. */
export function time(ms: number, precision: 'minutes' | 'seconds' = 'minutes'): Html {
  const text = (precision === 'minutes' ? days : seconds).format(ms);
  return html`<time datetime="${new Date(ms).toISOString()}" data-precision="${precision}">${text} UTC</time>`;
}

/** `12 s`, `5 min`, `3 h 20 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.round(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`;
  return h % 24 === 0 ? `${Math.floor(h / 24)} d` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

/** `in 5 min`, `5 min ago`, seen from `nowMs`. */
export const when = (ms: number, nowMs: number) =>
  ms > nowMs ? `in ${duration(ms - nowMs)}` : `${duration(nowMs - ms)} ago`;

/** A text that others wrote: it may run right to left, and must not turn ours round. */
export const theirs = (text: Part): Html => html`<bdi>${text}</bdi>`;

/** A rate of 0.2 a second is said as 12 a minute. */
export function rate(perSecond: number): string {
  if (perSecond >= 1) return `${round(perSecond)} a second`;
  return `${round(perSecond * 60)} a minute`;
}

const round = (n: number) => num(Math.round(n * 100) / 100);
