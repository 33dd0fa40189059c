import type { z } from 'zod';
import type { BatchContent, Fault } from './batch.ts';
import { contentHashOf } from './batch-id.ts';
import { batchFrameSchema, processOf, processSchema, zoneOf, zoneSchema } from './batch-schema.ts';
import { thinned } from './crowded-zone.ts';
import {
  describeValue,
  type FaultList,
  formatPath,
  isGeoJsonType,
  type JsonPath,
  mostFaultsTold,
  quote,
} from './fault.ts';
import { decodeText } from './json-bytes.ts';
import { findPlaces } from './json-places.ts';
import { readJson } from './json-syntax.ts';
import { nearMissOf } from './near-miss.ts';

export type BatchReading =
  | { ok: true; batch: BatchContent; contentHash: string }
  /** `faults`: the first hundred in the order of the file. `faultCount`: all of them. */
  | { ok: false; faults: Fault[]; faultCount: number };

/**
 * Reads a batch file whole and checks all of it. Never throws, whatever the bytes are.
 * A deadline in the past is not its business: it knows no clock.
 */
export function readBatch(file: Uint8Array | string): BatchReading {
  const none: FaultList = { told: [], count: 0 };
  const decoded = typeof file === 'string' ? { text: file.replace(/^\uFEFF/, ''), faults: none } : decodeText(file);
  if (decoded.text === undefined) return refusal(decoded.faults);
  const json = readJson(decoded.text);
  if (!json.value) return refusal(decoded.faults, json.faults);

  const shape = checkShape(json.value.root);
  if (decoded.faults.count + json.faults.count === 0 && shape.batch) {
    return { ok: true, batch: shape.batch, contentHash: contentHashOf(shape.batch) };
  }
  return refusal(decoded.faults, json.faults, placed(decoded.text, shape));
}

function refusal(...lists: FaultList[]): BatchReading {
  const faults = lists.flatMap((list) => list.told);
  faults.sort((a, b) => a.line - b.line || a.column - b.column);
  const faultCount = lists.reduce((sum, list) => sum + list.count, 0);
  return { ok: false, faults: faults.slice(0, mostFaultsTold), faultCount };
}

/** A fault whose place in the text is still to be found: where the value at `place` begins. */
interface ShapeFault {
  path: JsonPath;
  place: JsonPath;
  found: string;
  expected: string;
}

interface Shape {
  /** Undefined where there are faults. */
  batch: BatchContent | undefined;
  /** Enough of them to hold the first hundred in the order of the file. */
  faults: ShapeFault[];
  count: number;
}

function checkShape(root: unknown): Shape {
  const frame = batchFrameSchema.safeParse(root);
  const faults = [...faultsOf([], root, frame), ...misspelt([], root, optionalKeyOf)];
  const processes = checkItems('processes', root, processSchema, processOf, () => undefined);
  const zones = checkItems('zones', root, zoneSchema, zoneOf, secondImageKeyOf);
  const count = faults.length + processes.count + zones.count;
  if (count > 0 || !frame.success) {
    return { batch: undefined, faults: [...faults, ...processes.faults, ...zones.faults], count };
  }
  const { name, provider, priority, launchBy, deadline } = frame.data;
  const batch = {
    name: name ?? undefined,
    provider: provider ?? undefined,
    priority: priority ?? 0,
    launchByMs: launchBy ? Date.parse(launchBy) : undefined,
    deadlineMs: deadline ? Date.parse(deadline) : undefined,
    processes: processes.items,
    zones: zones.items,
  };
  return { batch, faults, count };
}

/** Checks the items one by one. Of a list with more than a hundred faults, the later items' are only counted. */
function checkItems<S extends z.ZodType, T>(
  key: 'processes' | 'zones',
  root: unknown,
  schema: S,
  itemOf: (parsed: z.infer<S>) => T,
  meantBy: (key: string) => string | undefined,
): { items: T[]; faults: ShapeFault[]; count: number } {
  const items: T[] = [];
  const faults: ShapeFault[] = [];
  let count = 0;
  const list = valueAt(root, [key]);
  for (const [index, value] of Array.isArray(list) ? list.entries() : []) {
    const { zone: thin, takenOut } = key === 'zones' ? thinned(value) : { zone: value, takenOut: 0 };
    const parsed = schema.safeParse(thin);
    const slips = misspelt([key, index], value, meantBy);
    if (parsed.success && slips.length === 0) {
      // The schemas transform nothing, and a copy of every position would double the memory.
      items.push(itemOf(value as z.infer<S>));
      continue;
    }
    const found = [...faultsOf([key, index], thin, parsed), ...slips];
    count += found.length + takenOut;
    // Not as arguments of one push: they may be too many for that.
    if (faults.length < mostFaultsTold) for (const fault of found) faults.push(fault);
  }
  return { items, faults, count };
}

/** One fault a place, with what stands there. `base` is the path of `value`. */
function faultsOf(base: JsonPath, value: unknown, parsed: z.ZodSafeParseResult<unknown>): ShapeFault[] {
  const faults = new Map<string, ShapeFault>();
  for (const issue of parsed.error?.issues ?? []) {
    let inner = issue.path as JsonPath;
    let found = valueAt(value, inner);
    // The reading of the text has told it already.
    if (typeof found === 'number' && !Number.isFinite(found)) continue;
    if (inner.at(-1) === 'type' && isGeoJsonType(found)) {
      inner = inner.slice(0, -1);
      found = valueAt(value, inner);
    }
    const path = [...base, ...inner];
    const place = found === undefined ? path.slice(0, -1) : path;
    const key = formatPath(path);
    if (!faults.has(key)) faults.set(key, { path, place, found: describeValue(found), expected: issue.message });
  }
  return [...faults.values()];
}

function valueAt(value: unknown, path: JsonPath): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  return inner;
}

/** An optional key misspelt would be ignored, and the batch run without what its writer asked for. */
function misspelt(base: JsonPath, value: unknown, meantBy: (key: string) => string | undefined): ShapeFault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const meant = meantBy(key);
    if (!meant || Object.hasOwn(value, meant)) return [];
    return { path: [...base, key], place: [...base, key], found: `the key ${quote(key)}`, expected: quote(meant) };
  });
}

const optionalKeyOf = (key: string) => nearMissOf(key, ['name', 'provider', 'priority', 'launchby', 'deadline']);

/** A change detection launched on one image is money lost: `image2_id`, `imageId2` and their like are not let pass. */
const secondImageKeyOf = (key: string) =>
  key !== 'image_2_id' && /^(second)?[^a-z]*image[^a-z]*(id)?[^a-z]*2?[^a-z]*(id)?$/i.test(key) && /2|second/i.test(key)
    ? 'image_2_id'
    : undefined;

function placed(text: string, shape: Shape): FaultList {
  if (shape.faults.length === 0) return { told: [], count: 0 };
  const placeOf = findPlaces(
    text,
    shape.faults.map((fault) => fault.place),
  );
  const told = shape.faults.map(({ path, place, found, expected }) => {
    const { line, column } = placeOf(place) ?? { line: 1, column: 1 };
    return { line, column, path: formatPath(path), found, expected };
  });
  return { told, count: shape.count };
}
