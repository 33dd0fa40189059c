/** Times as people read them on their own clock, always with the zone they are in. */

export interface Clock {
  timeZone: string;
  /** `22 Nov 2026, 05:12:07` */
  full(ms: number): string;
  /** `22 Nov 05:12` */
  short(ms: number): string;
  /** `05:12` */
  hour(ms: number): string;
  /** `+01:00` */
  offset(ms: number): string;
  offsetMs(ms: number): number;
}

export function createClock(timeZone: string): Clock {
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
  const day = { day: 'numeric', month: 'short' } as const;
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const full = of({ ...day, year: 'numeric', ...time, second: '2-digit' });
  const short = of({ ...day, ...time });
  const hour = of(time);
  const parts = of({ year: 'numeric', month: '2-digit', day: '2-digit', ...time, second: '2-digit' });
  const offsetMs = (ms: number) => {
    const it = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = it;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
  return {
    timeZone,
    full: (ms) => full.format(ms),
    short: (ms) => short.format(ms).replace(',', ''),
    hour: (ms) => hour.format(ms),
    offset: (ms) => {
      const minutes = Math.round(offsetMs(ms) / 60_000);
      const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
      return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
    },
    offsetMs,
  };
}

/** Of the machine that makes the report. */
export const localTimeZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
