import { isBad, type Moment } from '@nightpass/engine';

/** What happened when, per interval. What it holds grows with the minutes in which something happened, not with the tasks. */

export interface Timeline {
  /** Whether each launch was counted, or only the last of each task. */
  launchesToldBy: 'each' | 'last';
  /** The first moment of the first interval. */
  fromMs: number;
  stepMs: number;
  launches: readonly number[];
  ends: readonly number[];
  failures: readonly number[];
}

export type Event = 'launches' | 'ends' | 'failures';
const events: readonly Event[] = ['launches', 'ends', 'failures'];

const minuteMs = 60_000;
/** Widths of an interval that people can read off a clock, in minutes. */
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200, 525_600];
const mostIntervals = 120;

export function createTimeline() {
  const minutes = new Map<number, [number, number, number]>();
  return {
    add(event: Event, atMs: number | undefined, count = 1): void {
      if (atMs === undefined || !Number.isFinite(atMs)) return;
      const minute = Math.floor(atMs / minuteMs);
      const counts = minutes.get(minute) ?? [0, 0, 0];
      const which = events.indexOf(event) as 0 | 1 | 2;
      counts[which] += count;
      minutes.set(minute, counts);
    },
    /** @param offsetMs of the reader's clock from UTC: intervals begin at its full hours */
    read(offsetMs: number): Timeline | undefined {
      return spread(minutes, Math.round(offsetMs / minuteMs));
    },
  };
}

/** From what was counted as it happened; undefined where nobody counted. */
export function timelineOf(moments: readonly Moment[], offsetMs: number): Timeline | undefined {
  const timeline = createTimeline();
  for (const { atMs, phase, count } of moments) {
    if (phase === 'launching') timeline.add('launches', atMs, count);
    else if (phase === 'succeeded') timeline.add('ends', atMs, count);
    else if (isBad(phase)) timeline.add('failures', atMs, count);
  }
  const read = timeline.read(offsetMs);
  return read && { ...read, launchesToldBy: 'each' };
}

export const emptyTimeline = (fromMs: number): Timeline => ({
  launchesToldBy: 'each',
  fromMs,
  stepMs: minuteMs,
  launches: [0],
  ends: [0],
  failures: [0],
});

function spread(minutes: ReadonlyMap<number, readonly number[]>, offset: number): Timeline | undefined {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const minute of minutes.keys()) [first, last] = [Math.min(first, minute), Math.max(last, minute)];
  if (minutes.size === 0) return undefined;
  const width = widths.find((it) => (last - first) / it < mostIntervals - 1) ?? 525_600;
  const start = Math.floor((first + offset) / width);
  const length = Math.floor((last + offset) / width) - start + 1;
  const series = events.map(() => Array<number>(length).fill(0));
  for (const [minute, counts] of minutes) {
    const at = Math.floor((minute + offset) / width) - start;
    for (const [which, n] of counts.entries()) {
      const its = series[which];
      if (its) its[at] = (its[at] ?? 0) + n;
    }
  }
  const [launches = [], ends = [], failures = []] = series;
  return {
    launchesToldBy: 'last',
    fromMs: (start * width - offset) * minuteMs,
    stepMs: width * minuteMs,
    launches,
    ends,
    failures,
  };
}
