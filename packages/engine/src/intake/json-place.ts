/** Counts from 1; the column in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],]|[^\s{}[\]:,"]+/g;

/**
 * Where the value of a path such as `processes[2].provider` begins in a text that is known to be a JSON object.
 * Line 1, column 1 for what it does not have.
 */
export function placeOf(text: string, path: string): Place {
  /** One open object or list: what is being read in it. */
  const open: { path: string; index: number | undefined; key: string | undefined }[] = [];
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const inside = open.at(-1);
    if (word === '}' || word === ']') {
      open.pop();
      continue;
    }
    if (word === ',') {
      if (inside?.index !== undefined) inside.index++;
      else if (inside) inside.key = undefined;
      continue;
    }
    if (inside && inside.index === undefined && inside.key === undefined) {
      inside.key = JSON.parse(word) as string;
      continue;
    }
    const here = inside ? childPath(inside) : '';
    if (here === path) return lineAndColumn(text, match.index);
    if (word === '{') open.push({ path: here, index: undefined, key: undefined });
    if (word === '[') open.push({ path: here, index: 0, key: undefined });
  }
  return { line: 1, column: 1 };
}

function childPath({ path, index, key }: { path: string; index: number | undefined; key: string | undefined }): string {
  if (index !== undefined) return `${path}[${index}]`;
  return path === '' ? `${key}` : `${path}.${key}`;
}

function lineAndColumn(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
