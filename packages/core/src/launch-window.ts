import { Temporal } from 'temporal-polyfill';

/** The hours of the day in which a provider may be launched on. Pure: the time is given. */

export interface LaunchWindow {
  /** Wall-clock time, `HH:MM`, in `timeZone`. */
  from: string;
  /** Excluded. Earlier than `from`: the window spans midnight. */
  to: string;
  /** IANA name, such as `Europe/Paris`. */
  timeZone: string;
}

export type WindowState =
  | { open: true; closesAtMs: number }
  /** `opensAtMs` is when the next window begins, in Unix milliseconds. */
  | { open: false; opensAtMs: number };

/**
 * Whether launches may go at `nowMs`. When clocks change, the wall clock decides: a window of 20:00 to 06:00 lasts nine or
 * eleven hours in those two nights, a begin that the clock skips is the moment after the gap, and of a time that comes
 * twice the first counts.
 */
export function windowAt(window: LaunchWindow, nowMs: number): WindowState {
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(window.timeZone);
  const from = Temporal.PlainTime.from(window.from);
  const to = Temporal.PlainTime.from(window.to);
  const at = (day: Temporal.PlainDate, time: Temporal.PlainTime) =>
    day.toZonedDateTime({ timeZone: window.timeZone, plainTime: time }).epochMilliseconds;
  const overnight = Temporal.PlainTime.compare(to, from) <= 0;

  // The window that began yesterday may still be open; else today's, else tomorrow's is the next.
  for (const offset of [-1, 0, 1, 2]) {
    const day = now.toPlainDate().add({ days: offset });
    const beginsAtMs = at(day, from);
    const endsAtMs = at(overnight ? day.add({ days: 1 }) : day, to);
    if (nowMs >= endsAtMs) continue;
    return nowMs >= beginsAtMs ? { open: true, closesAtMs: endsAtMs } : { open: false, opensAtMs: beginsAtMs };
  }
  throw new Error('a window opens every day');
}

/** @returns whether the text is a time zone that this Node knows */
export function isTimeZone(text: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}
