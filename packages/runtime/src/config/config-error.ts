import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';

/** One thing wrong with the configuration. Never holds a value: somebody may have written a secret there. */
export interface ConfigFault {
  /** The file's path, or `environment`. */
  source: string;
  /** Both count from 1; undefined for the environment. */
  line: number | undefined;
  column: number | undefined;
  /** The key, e.g. `providers.airbus.launch.perSecond`; empty for the whole. */
  path: string;
  message: string;
}

/** The configuration cannot be used: wrong use, not a failure. Its message names every fault. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(faults.map(lineOf).join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

function lineOf({ source, line, column, path, message }: ConfigFault): string {
  const place = line === undefined ? source : `${source}:${line}:${column}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

/** A parsed YAML file with the places of its keys. */
export interface Places {
  source: string;
  document: Document;
  lines: LineCounter;
}

type Path = readonly PropertyKey[];

/** zod's issues as faults, with their places; `namesAt` tells which names are known where. */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  prefix: Path,
  places: Places,
  namesAt: (path: Path) => string[],
): ConfigFault[] {
  return issues.flatMap((issue): ConfigFault[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) =>
        faultAt(places, [...path, key], `unknown key${didYouMean(key, namesAt(path))}`, 'key'),
      );
    }
    // The name itself is wrong: its own words are in the inner issue.
    if (issue.code === 'invalid_key') {
      return [faultAt(places, path, issue.issues[0]?.message ?? issue.message, 'key')];
    }
    return [faultAt(places, path, issue.message, 'value')];
  });
}

/** A fault at the key, its value, or, where there is none yet, at the nearest thing around it. */
export function faultAt(places: Places, path: Path, message: string, at: 'key' | 'value'): ConfigFault {
  const { line, col } = places.lines.linePos(offsetOf(places.document, path, at));
  const name = path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i ? '.' : ''}${String(step)}`))
    .join('');
  return { source: places.source, line, column: col, path: name, message };
}

function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) === String(step) : false));
      if (!pair) return offset;
      const last = depth === path.length - 1;
      const key = pair.key as Node;
      const value = pair.value as Node | null;
      // Of a missing inner key the outer key is the place, not the first thing in its value.
      offset = (last && at === 'value' && isScalar(value) ? value : key).range?.[0] ?? offset;
      node = value;
    } else {
      const item = (node as { items?: Node[] } | null)?.items?.[Number(step)];
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}
