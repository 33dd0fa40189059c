import { setImmediate as breathe } from 'node:timers/promises';
import { type BatchRecord, type LedgerContext, readMoved } from '@nightpass/engine';
import { nextVersion } from './version.ts';

/** When the tasks of a batch last moved, as of some moment. Never changed: a later look is another one. */
export interface MovedTimes {
  /** Another one after each change that was seen. */
  readonly version: number;
  /** By place in the grid, Unix seconds; 0: not known. */
  readonly seconds: Uint32Array<ArrayBuffer>;
  /** How many are known. */
  readonly known: number;
  /** Places, earliest first; of one second in the order of the grid, and those not known last. */
  inOrder(): Promise<Uint32Array>;
}

/** They are four times the grid: read only while somebody asks for them. */
export interface MovedColumn {
  get(): Promise<MovedTimes>;
  /** Looks anew, where they are being asked for; without a change of the grid, which a task seldom hides, only now and then. */
  refresh(when: 'now' | 'sometimes'): Promise<void>;
  bytes(): number;
}

const usedForMs = 60_000;
const anewMs = 5_000;
/** Places read at a time: Redis is the launches' first. */
const placesAtOnce = 262_144;

export function createMovedColumn(ledger: LedgerContext, batch: BatchRecord): MovedColumn {
  let times: MovedTimes | undefined;
  let reading: Promise<MovedTimes> | undefined;
  let usedAtMs = Number.NEGATIVE_INFINITY;
  let readAtMs = Number.NEGATIVE_INFINITY;

  async function look(): Promise<MovedTimes> {
    readAtMs = performance.now();
    const seconds = new Uint32Array(batch.taskCount);
    for (let first = 0; first < seconds.length; first += placesAtOnce) {
      const last = Math.min(first + placesAtOnce, seconds.length) - 1;
      seconds.set(await readMoved(ledger, batch.id, first, last), first);
    }
    if (!times || !Buffer.from(seconds.buffer).equals(Buffer.from(times.seconds.buffer))) {
      times = timesOf(seconds, nextVersion());
    }
    return times;
  }

  const read = () => {
    reading ??= look().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    async get() {
      usedAtMs = performance.now();
      return times ?? read();
    },
    async refresh(when) {
      const nowMs = performance.now();
      if (nowMs - usedAtMs > usedForMs) times = undefined;
      else if (when === 'now' || nowMs - readAtMs > anewMs) await read();
    },
    bytes: () => (times ? batch.taskCount * 8 : 0),
  };
}

function timesOf(seconds: Uint32Array<ArrayBuffer>, version: number): MovedTimes {
  let order: Promise<Uint32Array> | undefined;
  let known = 0;
  for (const second of seconds) if (second > 0) known += 1;
  return {
    version,
    seconds,
    known,
    inOrder() {
      order ??= placesByTime(seconds);
      return order;
    },
  };
}

const digitBits = 11;

/** Sorted digit by digit, lowest first, so that nobody waits for more than one pass: a few milliseconds for a million. */
export async function placesByTime(seconds: Uint32Array): Promise<Uint32Array> {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const second of seconds) {
    if (second > 0 && second < first) first = second;
    if (second > last) last = second;
  }
  const unknown = last === 0 ? 0 : last - first + 1;
  const mask = (1 << digitBits) - 1;
  let places = new Uint32Array();
  for (let shift = 0; shift === 0 || unknown >= 2 ** shift; shift += digitBits) {
    const starts = new Uint32Array(mask + 2);
    const digitOf = (second: number) => ((second > 0 ? second - first : unknown) >>> shift) & mask;
    for (const second of seconds) {
      const after = digitOf(second) + 1;
      starts[after] = (starts[after] ?? 0) + 1;
    }
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
    const sorted = new Uint32Array(seconds.length);
    for (let n = 0; n < sorted.length; n++) {
      const place = shift === 0 ? n : (places[n] ?? 0);
      const digit = digitOf(seconds[place] ?? 0);
      const to = starts[digit] ?? 0;
      sorted[to] = place;
      starts[digit] = to + 1;
    }
    places = sorted;
    await breathe();
  }
  return places;
}
