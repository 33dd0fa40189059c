import { visit } from 'jsonc-parser';
import type { JsonPath } from './fault.ts';

/** Counts from 1; the column in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

/**
 * Where values begin in a text that `readJson` could read. A path the text does not have gets none.
 * Costs one walk over the text, and memory for the paths only.
 */
export function findPlaces(text: string, paths: Iterable<JsonPath>): (path: JsonPath) => Place | undefined {
  const wanted = new Set<string>();
  const onTheWay = new Set<string>();
  for (const path of paths) {
    wanted.add(JSON.stringify(path));
    for (let length = 0; length < path.length; length++) onTheWay.add(JSON.stringify(path.slice(0, length)));
  }
  const places = new Map<string, Place>();
  /** Says whether to look inside. The last place of a path counts, as the last of repeated keys does for readers. */
  const look = (line: number, column: number, path: JsonPath) => {
    const key = JSON.stringify(path);
    if (wanted.has(key)) places.set(key, { line: line + 1, column: column + 1 });
    return onTheWay.has(key);
  };
  visit(
    text,
    {
      onObjectBegin: (_offset, _length, line, column, path) => look(line, column, path()),
      onArrayBegin: (_offset, _length, line, column, path) => look(line, column, path()),
      onLiteralValue: (_value, _offset, _length, line, column, path) => void look(line, column, path()),
      // Without these, jsonc-parser 3.3 would not look at anything after the first value that was passed over.
      onObjectEnd: () => {},
      onArrayEnd: () => {},
    },
    { allowTrailingComma: true, disallowComments: false },
  );
  return (path) => places.get(JSON.stringify(path));
}
