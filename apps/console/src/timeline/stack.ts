import type { Phase } from '@nightpass/pictures/phases';
import type { Timeline, TimelineItem } from '../api/answers.ts';
import type { Span } from '../selection/span.ts';
import { num } from '../words/words.ts';

/** The night by intervals: launches above, ends below, one upon the other. */

export type SeriesName = Exclude<keyof TimelineItem, 'atMs'>;

export interface Series {
  name: SeriesName;
  says: string;
  /** Whose colour it has, and what selecting it selects. */
  phases: readonly [Phase, ...Phase[]];
}

export const launches: Series = { name: 'launched', says: 'launched', phases: ['launching'] };
/** The most urgent nearest to the axis, where it is seen best. */
export const ends: readonly Series[] = [
  { name: 'parked', says: 'parked', phases: ['parked'] },
  { name: 'failed', says: 'failed or expired', phases: ['failed', 'expired'] },
  { name: 'cancelled', says: 'cancelled', phases: ['cancelled'] },
  { name: 'lost', says: 'launches whose answer was lost', phases: ['unconfirmed'] },
  { name: 'succeeded', says: 'succeeded', phases: ['succeeded'] },
];

export interface Frame {
  width: number;
  /** Of the launches above, and of the ends below. */
  upper: number;
  lower: number;
}

export interface Chart {
  /** A path for each series that has anything. */
  paths: { series: Series; path: string }[];
  mostLaunched: number;
  mostEnded: number;
  xOf(ms: number): number;
  msAt(x: number): number;
  /** The interval at a place across, and what is there at that height. */
  itemAt(x: number): TimelineItem;
  /** The intervals between two places across, whole. */
  between(a: number, b: number): Required<Span>;
  seriesAt(x: number, y: number): Series | undefined;
}

const endedOf = (item: TimelineItem) => ends.reduce((sum, { name }) => sum + item[name], 0);
const nothing = { launched: 0, succeeded: 0, failed: 0, cancelled: 0, parked: 0, lost: 0 };
/** What is there at all is seen. */
const leastPixels = 1.5;

export function chartOf({ items, intervalMs, fromMs, toMs }: Timeline, { width, upper, lower }: Frame): Chart {
  // The last interval is shown whole, though it is not over.
  const endMs = Math.max(toMs, (items.at(-1)?.atMs ?? fromMs) + intervalMs);
  const perMs = width / (endMs - fromMs);
  const xOf = (ms: number) => (ms - fromMs) * perMs;
  const mostLaunched = Math.max(1, ...items.map(({ launched }) => launched));
  const mostEnded = Math.max(1, ...items.map(endedOf));
  const wide = Math.max(1, intervalMs * perMs - 1);
  const tallOf = (count: number, most: number, room: number) =>
    count === 0 ? 0 : Math.max(leastPixels, (count / most) * room);

  const bars = new Map<Series, string[]>();
  const add = (series: Series, x: number, y: number, tall: number) => {
    if (tall === 0) return;
    const list = bars.get(series) ?? [];
    bars.set(series, list);
    list.push(`M${x.toFixed(1)} ${y.toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}h-${wide.toFixed(1)}z`);
  };
  for (const item of items) {
    const x = xOf(item.atMs);
    const up = tallOf(item.launched, mostLaunched, upper);
    add(launches, x, upper - up, up);
    for (const { series, from, tall } of stackOf(item)) add(series, x, upper + from, tall);
  }

  function stackOf(item: TimelineItem): { series: Series; from: number; tall: number }[] {
    let from = 1;
    return ends.map((series) => {
      const tall = tallOf(item[series.name], mostEnded, lower);
      const part = { series, from, tall };
      from += tall;
      return part;
    });
  }

  const msAt = (x: number) => fromMs + x / perMs;
  const itemAt = (x: number): TimelineItem => {
    const atMs = fromMs + Math.floor((msAt(x) - fromMs) / intervalMs) * intervalMs;
    return items.find((item) => item.atMs === atMs) ?? { atMs, ...nothing };
  };
  const between = (a: number, b: number) => ({
    sinceMs: itemAt(Math.max(0, Math.min(a, b))).atMs,
    untilMs: itemAt(Math.min(width - 1, Math.max(a, b))).atMs + intervalMs,
  });
  return {
    paths: [launches, ...ends].flatMap((series) => {
      const list = bars.get(series);
      return list ? [{ series, path: list.join('') }] : [];
    }),
    mostLaunched,
    mostEnded,
    xOf,
    msAt,
    itemAt,
    between,
    seriesAt(x, y) {
      if (y < upper) return undefined;
      return stackOf(itemAt(x)).find(({ from, tall }) => y >= upper + from && y <= upper + from + tall)?.series;
    },
  };
}

/** `120 launched, 3 failed or expired`. */
export function itemWords(item: TimelineItem): string {
  const parts = [launches, ...ends]
    .filter(({ name }) => item[name] > 0)
    .map(({ name, says }) => `${num(item[name])} ${says}`);
  return parts.join(', ') || 'nothing happened';
}
