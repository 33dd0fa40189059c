/** Moments as people read them, in their own zone. */

const clock = { hour: '2-digit', minute: '2-digit' } as const;
const withSeconds = { ...clock, second: '2-digit' } as const;
const day = { day: 'numeric', month: 'short' } as const;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = formats.get(name) ?? new Intl.DateTimeFormat(undefined, { ...options, hourCycle: 'h23' });
  formats.set(name, known);
  return known;
}

/** Without its day where that is today, and with its year where that is another. */
export function moment(ms: number, nowMs: number, precision: 'minutes' | 'seconds' = 'minutes'): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  const time = precision === 'seconds' ? withSeconds : clock;
  if (new Date(ms).getFullYear() !== new Date(nowMs).getFullYear()) {
    return format(`${precision}year`, { ...day, year: 'numeric', ...time }).format(ms);
  }
  return format(`${precision}${isToday}`, isToday ? time : { ...day, ...time }).format(ms);
}

/** `22:40–23:15`, with what the two have in common said once. */
export function range(fromMs: number, toMs: number, nowMs: number): string {
  const [from, to] = [moment(fromMs, nowMs), moment(toMs, nowMs)];
  if (from === to) return from;
  const isOneDay = new Date(fromMs).toDateString() === new Date(toMs).toDateString();
  return isOneDay ? `${from}–${format('minutestrue', clock).format(toMs)}` : `${from} – ${to}`;
}
