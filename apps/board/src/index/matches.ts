import type { Phase } from '@nightpass/core';
import { type MovedSpan, secondsOf } from '@nightpass/engine';
import type { BatchIndex } from './batch-index.ts';
import { phaseMask } from './grid-bytes.ts';
import type { MovedTimes } from './moved-times.ts';

/** Which tasks of a batch a query means. */

export interface Query extends MovedSpan {
  phase?: readonly Phase[] | undefined;
  process?: readonly number[] | undefined;
  zone?: readonly number[] | undefined;
  location?: string | undefined;
  image?: string | undefined;
  error?: string | undefined;
  provider?: string | undefined;
  family?: string | undefined;
}

export interface Matches {
  total: number;
  /** Their places, ascending; undefined where they are very many. */
  few: Uint32Array | undefined;
  test(index: number): boolean;
}

/** Among so many, a page is found by looking at each. */
const mostFew = 50_000;
/** Who turns pages, or has several lists open, asks the same again. */
const keptQueries = 8;
const longestKept = 2_000;

interface Kept {
  state: string;
  times: number | undefined;
  matches: Map<string, Matches>;
}
const kept = new WeakMap<BatchIndex, Kept>();

/** Found once for each state of the batch, whoever asks. */
export async function matchesOf(index: BatchIndex, query: Query): Promise<Matches> {
  const times = secondsOf(query) && (await index.moved());
  const state = `${index.version} ${index.reasons.version()}`;
  let its = kept.get(index);
  if (its?.state !== state || (times && its.times !== times.version)) {
    its = { state, times: times?.version, matches: new Map() };
    kept.set(index, its);
  }
  const key = JSON.stringify(query);
  const matches = its.matches.get(key) ?? find(index, query, times);
  its.matches.delete(key);
  if (key.length <= longestKept) its.matches.set(key, matches);
  const [oldest] = its.matches.keys();
  if (its.matches.size > keptQueries && oldest !== undefined) its.matches.delete(oldest);
  return matches;
}

interface Masks {
  byPhase: Uint8Array;
  byProcess: Uint8Array;
  byZone: Uint8Array | undefined;
  byText: Uint8Array | undefined;
  span: { from: number; to: number } | undefined;
}

function find(index: BatchIndex, query: Query, times: MovedTimes | undefined): Matches {
  const masks = masksOf(index, query);
  const { byPhase, byProcess, byZone, byText, span } = masks;
  const { grid, batch } = index;
  const { zoneCount } = batch;
  const { ofTask } = index.reasons;
  const seconds = times?.seconds ?? new Uint32Array();
  const { from, to } = span ?? { from: 0, to: 0 };
  const meets = (i: number, zone: number) =>
    byPhase[grid[i] ?? 0] === 1 &&
    (!byZone || byZone[zone] === 1) &&
    (!byText || byText[ofTask[i] ?? 0] === 1) &&
    (!span || ((seconds[i] ?? 0) >= from && (seconds[i] ?? 0) < to));
  const test = (i: number) => byProcess[Math.floor(i / zoneCount)] === 1 && meets(i, i % zoneCount);

  const places = new Uint32Array(Math.min(mostFew, batch.taskCount));
  let total = 0;
  // In one pass, in the order of memory.
  for (let p = 0; p < byProcess.length; p++) {
    if (byProcess[p] !== 1) continue;
    const start = p * zoneCount;
    for (let zone = 0; zone < zoneCount; zone++) {
      if (!meets(start + zone, zone)) continue;
      if (total < places.length) places[total] = start + zone;
      total += 1;
    }
  }
  return { total, few: total <= places.length ? places.slice(0, total) : undefined, test };
}

function masksOf({ batch, locations, images, reasons }: BatchIndex, query: Query): Masks {
  const byProcess = new Uint8Array(batch.processCount).map((_, p) => {
    const named = !query.process || query.process.includes(p);
    return named && (query.provider === undefined || batch.providers[p] === query.provider) ? 1 : 0;
  });
  const zones: Uint8Array[] = [];
  if (query.zone) {
    const named = new Uint8Array(batch.zoneCount);
    for (const z of query.zone) if (z < batch.zoneCount) named[z] = 1;
    zones.push(named);
  }
  if (query.location !== undefined) zones.push(locations.having(query.location));
  if (query.image !== undefined) zones.push(images.having(query.image));
  const texts: Uint8Array[] = [];
  if (query.error !== undefined) texts.push(reasons.having(query.error));
  if (query.family !== undefined) texts.push(reasons.ofFamily(query.family));
  return {
    byPhase: phaseMask(query.phase),
    byProcess,
    byZone: inAll(zones),
    byText: inAll(texts),
    span: secondsOf(query),
  };
}

/** One mask is taken as it is: it may be as long as the batch has zones. */
function inAll([first, ...others]: Uint8Array[]): Uint8Array | undefined {
  if (!first || others.length === 0) return first;
  const both = Uint8Array.from(first);
  for (const mask of others) for (let i = 0; i < both.length; i++) both[i] = (both[i] ?? 0) & (mask[i] ?? 0);
  return both;
}
