import { type FilterName, filterNames, isFilterName } from './filters.ts';

/**
 * Text with placeholders: `{{zone.image_id}}`, `{{zone.geom | wkt}}`; `{{{{` stands for `{{`. Read from left to right,
 * a placeholder ends at the first `}}`. Each text is read in one pass, whatever it holds.
 */

export const roots = ['zone', 'process', 'batch', 'task'] as const;
export type Root = (typeof roots)[number];

export interface Placeholder {
  root: Root;
  field: string;
  filters: readonly FilterName[];
}

export type Template =
  | { ok: true; parts: readonly (string | Placeholder)[] }
  /** The first thing wrong with it. */
  | { ok: false; found: string; expected: string };

const mostFilters = 4;
const shape = 'a placeholder such as {{zone.image_id}} or {{zone.geom | wkt}}; {{{{ stands for {{';
const fieldName = /^[\p{L}_$][\p{L}\p{N}_$-]{0,99}$/u;

/** The fields that are always the same; a zone's are those that the file gives it. */
export const fixedFields = {
  process: ['id', 'name', 'dataset_id', 'project_id'],
  batch: ['id'],
  task: ['id'],
} as const satisfies Record<Exclude<Root, 'zone'>, readonly string[]>;

export function readTemplate(text: string): Template {
  const parts: (string | Placeholder)[] = [];
  let plain = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open === -1) break;
    plain += text.slice(at, open);
    if (text.startsWith('{{{{', open)) {
      plain += '{{';
      at = open + 4;
      continue;
    }
    const close = text.indexOf('}}', open + 2);
    if (close === -1) return { ok: false, found: text.slice(open, open + 100), expected: shape };
    const read = readPlaceholder(text.slice(open + 2, close));
    if ('expected' in read) return { ok: false, found: text.slice(open, close + 2), expected: read.expected };
    if (plain !== '') parts.push(plain);
    parts.push(read);
    plain = '';
    at = close + 2;
  }
  const rest = plain + text.slice(at);
  if (rest !== '' || parts.length === 0) parts.push(rest);
  return { ok: true, parts };
}

function readPlaceholder(inside: string): Placeholder | { expected: string } {
  // Longer ones are no placeholders, and are not looked at further.
  if (inside.length > 300) return { expected: shape };
  const [path = '', ...filters] = inside.split('|').map((part) => part.trim());
  const [root = '', field, ...deeper] = path.split('.');
  if (field === undefined || deeper.length > 0 || !fieldName.test(field)) return { expected: shape };
  if (!isRoot(root)) return { expected: `a placeholder of ${roots.join(', ')}, such as {{zone.image_id}}` };
  if (root !== 'zone' && !(fixedFields[root] as readonly string[]).includes(field)) {
    return { expected: fixedFields[root].map((known) => `{{${root}.${known}}}`).join(', ') };
  }
  if (filters.length > mostFilters) return { expected: `at most ${mostFilters} filters` };
  if (!filters.every(isFilterName)) return { expected: `a filter that there is: ${filterNames.join(', ')}` };
  return { root, field, filters };
}

const isRoot = (word: string): word is Root => (roots as readonly string[]).includes(word);

/** One text for one placeholder, however it was spaced. */
export function formatPlaceholder({ root, field, filters }: Placeholder): string {
  return `{{${[`${root}.${field}`, ...filters].join(' | ')}}}`;
}
