import { InvalidArgumentError } from 'commander';

/** A moment as people give it: a span of time ago, the last time a clock showed that, or a date. Pure. */

const units: Record<string, number> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const wrong = 'It must be a time such as 02:00, 2026-11-22T02:00Z, or 3h for three hours ago.';

export function pastMoment(text: string, nowMs: number): number {
  const [, n, unit = ''] = /^(\d{1,6}(?:\.\d+)?) ?(s|m|min|h|d)$/.exec(text) ?? [];
  if (n !== undefined) return Math.round(nowMs - Number(n) * (units[unit] ?? 0));
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  if (hours !== undefined) return lastTime(nowMs, [Number(hours), Number(minutes), Number(seconds)]);
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(ms) || ms < 0) throw new InvalidArgumentError(wrong);
  return ms;
}

/** By this machine's clock, as `nightpass tasks` shows times: today, or yesterday where that is still to come. */
function lastTime(nowMs: number, [hours, minutes, seconds]: [number, number, number]): number {
  if (hours > 23 || minutes > 59 || seconds > 59) throw new InvalidArgumentError(wrong);
  const at = new Date(nowMs);
  at.setHours(hours, minutes, seconds, 0);
  if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
  return at.getTime();
}
