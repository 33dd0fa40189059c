/** A day: what a platform may at most ask us to wait. Longer says "forever", which is for a person to decide. */
const mostMs = 86_400_000;

const seconds = /^\d{1,12}(\.\d+)?$/;
/** The three date forms of RFC 9110 (5.6.7). `Date.parse` alone would read a date into nearly any words. */
const httpDate =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

function dateMs(text: string | undefined): number | undefined {
  if (text === undefined || !httpDate.test(text.trim())) return undefined;
  const trimmed = text.trim();
  const ms = Date.parse(trimmed.endsWith('GMT') ? trimmed : `${trimmed} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most a day.
 * `date` is the same reply's `Date` header: a date is then counted on the platform's own clock.
 * Undefined where the header is absent, negative, past or no such value.
 */
export function retryAfterMs(
  header: string | undefined,
  now: { nowMs: number; date: string | undefined },
): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (seconds.test(text)) return Math.min(Math.ceil(Number(text) * 1000), mostMs);
  const untilMs = dateMs(text);
  if (untilMs === undefined) return undefined;
  const waitMs = untilMs - (dateMs(now.date) ?? now.nowMs);
  return waitMs < 0 ? undefined : Math.min(waitMs, mostMs);
}

/** How far the platform's clock, as its `Date` header shows it, is from ours, in milliseconds; 0 where it shows none. */
export function clockOffsetMs(date: string | undefined, nowMs: number): number {
  const theirsMs = dateMs(date);
  return theirsMs === undefined ? 0 : theirsMs - nowMs;
}
