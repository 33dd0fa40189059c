import { describeValue, type Fault, findPlaces, formatPath, type JsonPath } from '@nightpass/core';
import type { Sample } from './samples.ts';

/** What a platform would not take, as faults of the file: with the place where a person would mend it. */

export interface Unfit extends Pick<Sample, 'task' | 'provider'> {
  /** In the process, e.g. `inputs.date`, or in the zone: `zone.image_2_id`. */
  path: string;
  problem: string;
}

/** In the order of the file; a problem that several zones have with their process is told once. */
export function faultsOf(unfits: readonly Unfit[], bytes: Uint8Array): Fault[] {
  if (unfits.length === 0) return [];
  const text = new TextDecoder().decode(bytes);
  const root: unknown = JSON.parse(text);
  const wanted = new Map<string, { path: JsonPath; unfit: Unfit }>();
  for (const unfit of unfits) {
    const path = pathInFile(unfit);
    const key = JSON.stringify([path, unfit.problem]);
    if (!wanted.has(key)) wanted.set(key, { path, unfit });
  }
  const all = [...wanted.values()];
  const placeOf = findPlaces(
    text,
    all.flatMap(({ path }) => [path, ...path.map((_, length) => path.slice(0, length))]),
  );
  const faults = all.map(({ path, unfit }) => {
    const found = valueAt(root, path);
    const place = nearest(path, placeOf);
    const filled = describeValue(found).includes('{{') ? ` (filled for zones[${unfit.task.zoneIndex}])` : '';
    const whose = path[0] === 'zones' ? ` for processes[${unfit.task.processIndex}]` : '';
    return {
      line: place.line,
      column: place.column,
      path: formatPath(path),
      found: describeValue(found),
      expected: `what ${unfit.provider} takes${whose}: ${unfit.problem}${filled}`,
    };
  });
  return faults.sort((a, b) => a.line - b.line || a.column - b.column);
}

function pathInFile({ task, path }: Unfit): JsonPath {
  const steps = stepsOf(path);
  if (steps[0] === 'zone') return ['zones', task.zoneIndex, ...steps.slice(1)];
  return ['processes', task.processIndex, ...steps];
}

/** `inputs.bbox[0]`, `inputs["my key"]` → its steps; what is written otherwise ends it. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const step = /\.?([^.[\]"]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  for (let match = step.exec(path); match; match = step.exec(path)) {
    const [, word, index, quoted] = match;
    steps.push(word ?? (index === undefined ? unquoted(quoted ?? '""') : Number(index)));
  }
  return steps;
}

function unquoted(json: string): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    return json;
  }
}

function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = value[step as never];
  }
  return value;
}

/** Where the value begins, or else the one that it is missing from. */
function nearest(path: JsonPath, placeOf: ReturnType<typeof findPlaces>): { line: number; column: number } {
  for (let length = path.length; length > 0; length--) {
    const place = placeOf(path.slice(0, length));
    if (place) return place;
  }
  return { line: 1, column: 1 };
}
