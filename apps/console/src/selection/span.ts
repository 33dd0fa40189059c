import { moment, range } from '../words/times.ts';

/** A time: tasks that last moved in it are meant. Unix ms, up to and without its end; open where it names none. */
export interface Span {
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
}

export const isSpan = ({ sinceMs, untilMs }: Span): boolean => sinceMs !== undefined || untilMs !== undefined;

/** `moved 22:40–23:15`. */
export function spanWords({ sinceMs, untilMs }: Span, nowMs: number): string {
  if (sinceMs !== undefined && untilMs !== undefined) return `moved ${range(sinceMs, untilMs, nowMs)}`;
  if (sinceMs !== undefined) return `moved since ${moment(sinceMs, nowMs)}`;
  return untilMs === undefined ? '' : `moved before ${moment(untilMs, nowMs)}`;
}

/** As the board tells times: whole seconds, of which a span has each that it touches. 0: not known, in no span. */
export function withinSpan({ sinceMs = 0, untilMs = Number.POSITIVE_INFINITY }: Span): (second: number) => boolean {
  const [from, to] = [Math.max(1, Math.floor(sinceMs / 1000)), Math.ceil(untilMs / 1000)];
  return (second) => second >= from && second < to;
}

/** In an address: `since` and `until`. */
export function readSpan(query: URLSearchParams): Span {
  const ms = (name: string) => {
    const text = query.get(name) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  return { sinceMs: ms('since'), untilMs: ms('until') };
}

export function writeSpan(query: URLSearchParams, { sinceMs, untilMs }: Span): void {
  for (const [name, ms] of [
    ['since', sinceMs],
    ['until', untilMs],
  ] as const) {
    if (ms === undefined) query.delete(name);
    else query.set(name, String(ms));
  }
}
