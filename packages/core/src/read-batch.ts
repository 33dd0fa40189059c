import type { z } from 'zod';
import type { BatchContent, Fault } from './batch.ts';
import { contentHashOf } from './batch-id.ts';
import {
  batchFrameSchema,
  processOf,
  processSchema,
  processWithInputsSchema,
  zoneOf,
  zoneSchema,
  zoneWithoutImageSchema,
} from './batch-schema.ts';
import { thinned } from './crowded-zone.ts';
import {
  describeValue,
  type FaultList,
  formatPath,
  isGeoJsonType,
  type JsonPath,
  mostFaultsTold,
  quote,
  type ShapeFault,
} from './fault.ts';
import { hasInputs, readTemplates } from './inputs/check-templates.ts';
import { decodeText } from './json-bytes.ts';
import { findPlaces } from './json-places.ts';
import { readJson } from './json-syntax.ts';
import { nearMissOf } from './near-miss.ts';
import type { Process, Zone } from './task.ts';

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
  const [processList, zoneList] = [listAt(root, 'processes'), listAt(root, 'zones')];
  const templates = readTemplates(processList, zoneList);
  const processes = checkItems<z.infer<typeof processWithInputsSchema>, Process>('processes', processList, {
    schemaOf: (value) => (hasInputs(value) ? processWithInputsSchema : processSchema),
    itemOf: processOf,
    moreOf: (index, value) => [
      ...misspelt(['processes', index], value, inputsKeyOf),
      ...(templates.faults.get(index) ?? []),
    ],
  });
  const needsImages = processList.length === 0 || processList.some((process) => !hasInputs(process));
  const required = needsImages ? ['image_id', 'location', 'geom'] : ['location', 'geom'];
  const zones = checkItems<z.infer<typeof zoneWithoutImageSchema>, Zone>('zones', zoneList, {
    schemaOf: () => (needsImages ? zoneSchema : zoneWithoutImageSchema),
    itemOf: (zone) => zoneOf(zone, templates.zoneFields),
    moreOf: (index, value, checked) => [
      ...misspelt(['zones', index], value, secondImageKeyOf),
      ...templates.faultsOfZone(index, value, checked, required),
    ],
  });
  faults.push(...templates.tooLarge(processList));
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

interface ItemCheck<I, T> {
  schemaOf(value: unknown): z.ZodType;
  itemOf(value: I): T;
  /** Faults that no schema finds. `checked`: the schema finds none. */
  moreOf(index: number, value: unknown, checked: boolean): ShapeFault[];
}

/** Checks the items one by one. Of a list with more than a hundred faults, the later items' are only counted. */
function checkItems<I, T>(
  key: 'processes' | 'zones',
  list: readonly unknown[],
  { schemaOf, itemOf, moreOf }: ItemCheck<I, T>,
): { items: T[]; faults: ShapeFault[]; count: number } {
  const items: T[] = [];
  const faults: ShapeFault[] = [];
  let count = 0;
  for (const [index, value] of list.entries()) {
    const { zone: thin, takenOut } = key === 'zones' ? thinned(value) : { zone: value, takenOut: 0 };
    const parsed = schemaOf(value).safeParse(thin);
    const more = moreOf(index, value, parsed.success);
    if (parsed.success && more.length === 0) {
      // The schemas transform nothing, and a copy of every position would double the memory.
      items.push(itemOf(value as I));
      continue;
    }
    const found = [...faultsOf([key, index], thin, parsed), ...more];
    count += found.length + takenOut;
    // Not as arguments of one push: they may be too many for that.
    if (faults.length < mostFaultsTold) for (const fault of found) faults.push(fault);
  }
  return { items, faults, count };
}

function listAt(root: unknown, key: string): readonly unknown[] {
  const list = valueAt(root, [key]);
  return Array.isArray(list) ? list : [];
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

/** Inputs that nobody reads would make a task of a process without any. */
function inputsKeyOf(key: string): string | undefined {
  if (key === 'inputs' || key === 'process_graph') return undefined;
  if (/^[^a-z]*inputs?[^a-z]*$/i.test(key)) return 'inputs';
  return nearMissOf(key, ['processgraph']) || key === 'processgraph' ? 'process_graph' : undefined;
}

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
