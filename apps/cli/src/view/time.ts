/** Times and spans as people read them. JSON gets ISO 8601 in UTC. */

export const iso = (ms: number) => new Date(ms).toISOString();
export const isoOrNull = (ms: number | undefined) => (ms === undefined ? null : iso(ms));

const two = (n: number) => String(n).padStart(2, '0');

/** e.g. `21:04:10`, or `28 Jul 21:04:10` where it is not of today. */
export function clockTime(ms: number, nowMs = Date.now()): string {
  const at = new Date(ms);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  const month = at.toLocaleString('en', { month: 'short' });
  const year = at.getFullYear() === new Date(nowMs).getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${month}${year} ${time}`;
}
