import { type BatchRecord, type LedgerContext, readMoved } from '@nightpass/engine';
import { placesAnew, placesByTime } from './time-order.ts';
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

/** They are four times the grid: read only while somebody asks for them, and then where the grid has changed. */
export interface MovedColumn {
  get(): Promise<MovedTimes>;
  /** @param changed places in the grid, ascending. What moved and came back at once is seen only now and then. */
  refresh(changed: readonly number[]): Promise<void>;
  bytes(): number;
}

const usedForMs = 60_000;
const anewMs = 15_000;
const pagePlaces = 16_384;
/** Pages read at a time: Redis is the launches' first. */
const pagesAtOnce = 16;
/** Beyond this share of changed places, all are sorted anew. */
const mostSingly = 0.1;

export function createMovedColumn(ledger: LedgerContext, batch: BatchRecord): MovedColumn {
  const pages = Math.ceil(batch.taskCount / pagePlaces);
  let times: OrderedTimes | undefined;
  let reading: Promise<MovedTimes> | undefined;
  let usedAtMs = Number.NEGATIVE_INFINITY;
  let readWholeAtMs = Number.NEGATIVE_INFINITY;

  async function readPages(wanted: readonly number[]): Promise<MovedTimes> {
    const before = times?.seconds;
    const seconds = before ? before.slice() : new Uint32Array(batch.taskCount);
    const changed: number[] = [];
    for (const [page, end] of runsOf(wanted)) {
      const first = page * pagePlaces;
      const last = Math.min(end * pagePlaces, seconds.length) - 1;
      const fresh = await readMoved(ledger, batch.id, first, last);
      if (before) for (let i = 0; i < fresh.length; i++) if (fresh[i] !== before[first + i]) changed.push(first + i);
      seconds.set(fresh, first);
    }
    if (!times || changed.length > 0) times = orderedTimes(seconds, times, changed);
    return times;
  }

  const read = (wanted: readonly number[]) => {
    reading ??= readPages(wanted).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const readWhole = () => {
    readWholeAtMs = performance.now();
    return read([...Array(pages).keys()]);
  };

  return {
    async get() {
      usedAtMs = performance.now();
      return times ?? readWhole();
    },
    async refresh(changed) {
      // It may have passed by what has just changed.
      await reading;
      const nowMs = performance.now();
      if (nowMs - usedAtMs > usedForMs) times = undefined;
      else if (!times || nowMs - readWholeAtMs > anewMs) await readWhole();
      else if (changed.length > 0) await read([...new Set(changed.map((place) => Math.floor(place / pagePlaces)))]);
    },
    bytes: () => (times ? batch.taskCount * 8 : 0),
  };
}

/** Pages that lie side by side, together. */
function* runsOf(pages: readonly number[]): Generator<[first: number, end: number]> {
  let run: [number, number] | undefined;
  for (const page of pages) {
    if (run && run[1] === page && page - run[0] < pagesAtOnce) run[1] = page + 1;
    else {
      if (run) yield run;
      run = [page, page + 1];
    }
  }
  if (run) yield run;
}

interface OrderedTimes extends MovedTimes {
  /** An order that was right once, and what has changed since. */
  basis(): { order: Uint32Array; changed: ReadonlySet<number> } | undefined;
}

function orderedTimes(
  seconds: Uint32Array<ArrayBuffer>,
  before: OrderedTimes | undefined,
  changed: readonly number[],
): OrderedTimes {
  const earlier = before?.basis();
  let basis = earlier && { order: earlier.order, changed: new Set([...earlier.changed, ...changed]) };
  if (basis && basis.changed.size > seconds.length * mostSingly) basis = undefined;
  let ordering: Promise<Uint32Array> | undefined;
  let known = 0;
  for (let i = 0; i < seconds.length; i++) if (seconds[i] !== 0) known += 1;

  async function order(): Promise<Uint32Array> {
    const places = basis ? placesAnew(basis.order, [...basis.changed], seconds) : await placesByTime(seconds);
    basis = { order: places, changed: new Set() };
    return places;
  }

  return {
    version: nextVersion(),
    seconds,
    known,
    basis: () => basis,
    inOrder() {
      ordering ??= order();
      return ordering;
    },
  };
}
