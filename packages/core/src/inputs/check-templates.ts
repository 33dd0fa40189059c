import { describeValue, formatPath, type JsonPath, quote, type ShapeFault } from '../fault.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts';
import { asText } from './fill.ts';
import { filtered } from './filters.ts';
import { formatPlaceholder, type Placeholder, readTemplate } from './placeholders.ts';

/** What the inputs of a batch ask of its zones, and what is wrong with them. Nothing here is checked yet by a schema. */

/** A placeholder of zones, and what it came to so far. */
interface Need {
  placeholder: Placeholder;
  /** Where it is named first. */
  path: JsonPath;
  /** Characters that the longest value of any zone takes. */
  longest: number;
}

/** One `inputs` or `process_graph`. */
interface Asked {
  path: JsonPath;
  /** How often it names each placeholder of zones. */
  times: Map<Need, number>;
}

export interface Templates {
  /** By the process's index. */
  faults: ReadonlyMap<number, ShapeFault[]>;
  /** The keys of zones that are named. */
  zoneFields: ReadonlySet<string>;
  /** What one zone lacks. `checked`: its schema finds no fault in it; `needed`: keys whose absence that schema tells. */
  faultsOfZone(index: number, zone: unknown, checked: boolean, needed: readonly string[]): ShapeFault[];
  /** To be asked after every zone: inputs that a few small keys could blow up beyond what can be sent. */
  tooLarge(processes: readonly unknown[]): ShapeFault[];
}

const mostNeeds = 100;
const mostFilledCharacters = 16 * 1024 ** 2;

export const inputKeys = ['inputs', 'process_graph'] as const;
export const hasInputs = (process: unknown): boolean =>
  isJsonObject(process) && inputKeys.some((key) => process[key] != null);

export function readTemplates(processes: readonly unknown[], zones: readonly unknown[]): Templates {
  const needs = new Map<string, Need | Refused>();
  const asked: Asked[] = [];
  const faults = new Map<number, ShapeFault[]>();
  for (const [index, process] of processes.entries()) {
    if (!isJsonObject(process)) continue;
    const found: ShapeFault[] = [];
    for (const key of inputKeys) {
      if (!isJsonObject(process[key])) continue;
      const path = ['processes', index, key];
      const times = new Map<Need, number>();
      for (const text of textsIn(process[key], path)) found.push(...readText(text, { process, zones, needs, times }));
      asked.push({ path, times });
    }
    if (found.length > 0) faults.set(index, found);
  }
  const byField = new Map<string, Need[]>();
  for (const need of needs.values()) {
    if ('expected' in need) continue;
    const { field } = need.placeholder;
    byField.set(field, [...(byField.get(field) ?? []), need]);
  }
  return {
    faults,
    zoneFields: new Set(byField.keys()),
    faultsOfZone(index, zone, checked, needed) {
      if (byField.size === 0 || !isJsonObject(zone)) return [];
      return [...byField].flatMap(([field, all]) => {
        const value = Object.hasOwn(zone, field) ? zone[field] : undefined;
        if (value != null) return checked ? measured(['zones', index, field], value, all) : [];
        return needed.includes(field) ? [] : lacking(['zones', index, field], value, all);
      });
    },
    tooLarge: (all) => asked.flatMap((one) => tooLarge(one, all)),
  };
}

interface Text {
  text: string;
  path: JsonPath;
}

/** Every text in a value; the keys of objects are no templates. The reader of the file bounds how deep it goes. */
function* textsIn(value: unknown, path: JsonPath): Generator<Text> {
  if (typeof value === 'string') {
    if (value.includes('{{')) yield { text: value, path };
  } else if (typeof value === 'object' && value !== null) {
    const list = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) yield* textsIn(inner, [...path, list ? Number(key) : key]);
  }
}

/** What is wrong with a placeholder, wherever it stands. */
interface Refused {
  expected: string;
}

interface Reading {
  process: JsonObject;
  zones: readonly unknown[];
  needs: Map<string, Need | Refused>;
  times: Map<Need, number>;
}

function readText({ text, path }: Text, { process, zones, needs, times }: Reading): ShapeFault[] {
  const fault = (found: string, expected: string): ShapeFault[] => [
    { path, place: path, found: quote(found), expected },
  ];
  const template = readTemplate(text);
  if (!template.ok) return fault(template.found, template.expected);
  for (const part of template.parts) {
    if (typeof part === 'string') continue;
    const name = formatPlaceholder(part);
    if (part.root !== 'zone') {
      const refused = refusedOf(part, part.root === 'process' ? process[part.field] : sampleId);
      if (refused) return fault(name, refused.expected);
      continue;
    }
    const need = needs.get(name) ?? needOf(part, path, zones, needs.size);
    needs.set(name, need);
    if ('expected' in need) return fault(name, need.expected);
    times.set(need, (times.get(need) ?? 0) + 1);
  }
  return [];
}

const sampleId = 'b0123456789ab';
/** A text that a date filter takes as well: whether each zone's does is found out zone by zone. */
const sampleText = '2027-03-01';
const samplePolygon = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }; // biome-ignore format: one ring
/** Keys whose kind the format fixes: a filter that never takes it is told where it stands, not at every zone. */
const samples: Record<string, JsonValue> = {
  geom: samplePolygon,
  image_id: sampleText,
  image_2_id: sampleText,
  location: sampleText,
};

function needOf(placeholder: Placeholder, path: JsonPath, zones: readonly unknown[], count: number): Need | Refused {
  const { field } = placeholder;
  if (count >= mostNeeds) return { expected: `at most ${mostNeeds} different placeholders of zones` };
  if (Object.hasOwn(samples, field)) {
    return refusedOf(placeholder, samples[field]) ?? { placeholder, path, longest: 0 };
  }
  const known = zones.some((zone) => isJsonObject(zone) && Object.hasOwn(zone, field) && zone[field] != null);
  if (known || zones.length === 0) return { placeholder, path, longest: 0 };
  return { expected: `a key that the zones have, such as ${keysOf(zones[0]).slice(0, 8).join(', ')}` };
}

const keysOf = (zone: unknown) => {
  const keys = isJsonObject(zone) ? Object.keys(zone).filter((key) => /^[\w$-]{1,30}$/.test(key)) : [];
  return keys.length > 0 ? keys : ['image_id', 'location', 'geom'];
};

function refusedOf({ root, field, filters }: Placeholder, value: JsonValue | undefined): Refused | undefined {
  if (typeof value !== 'string' && !isJsonObject(value)) return { expected: `a ${root} that has ${field} as text` };
  const made = filtered(value, filters);
  return made.ok ? undefined : { expected: `a value that the filter takes: ${made.takes}` };
}

function lacking(path: JsonPath, value: JsonValue | undefined, [need]: readonly Need[]): ShapeFault[] {
  const place = value === undefined ? path.slice(0, -1) : path;
  const by = need ? `, since ${formatPath(need.path)} has ${formatPlaceholder(need.placeholder)}` : '';
  return [{ path, place, found: describeValue(value), expected: `a value${by}` }];
}

function measured(path: JsonPath, value: JsonValue, needs: readonly Need[]): ShapeFault[] {
  for (const need of needs) {
    const made = filtered(value, need.placeholder.filters);
    if (made.ok) {
      need.longest = Math.max(need.longest, asText(made.value).length);
      continue;
    }
    const expected = `${made.takes}, for ${formatPlaceholder(need.placeholder)} of ${formatPath(need.path)}`;
    return [{ path, place: path, found: describeValue(value), expected }];
  }
  return [];
}

function tooLarge({ path, times }: Asked, processes: readonly unknown[]): ShapeFault[] {
  let characters = 0;
  for (const [need, count] of times) characters += count * need.longest;
  if (characters === 0) return [];
  const [, index, key] = path as [string, number, string];
  characters += JSON.stringify((processes[index] as JsonObject)[key]).length;
  if (characters <= mostFilledCharacters) return [];
  const mib = (n: number) => `${Math.ceil(n / 1024 ** 2)} MiB`;
  const found = `about ${mib(characters)} once its placeholders are filled`;
  return [{ path, place: path, found, expected: `at most ${mib(mostFilledCharacters)}` }];
}
