/** HTML that is escaped unless it was made here: a value can never become markup by being forgotten. */

const made = Symbol('html');

export interface Html {
  readonly [made]: string;
}

export type Part = Html | string | number | undefined | false | readonly Part[];

/** A template whose values are escaped, in text and in quoted attributes. Undefined and false print nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { [made]: strings.reduce((text, string, i) => text + print(values[i - 1]) + string) };
}

export const textOf = (page: Html) => page[made];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function print(value: Part): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');
  if (typeof value === 'number') return String(value);
  if (isList(value)) return value.map(print).join('');
  return value[made];
}

const isList = (value: Html | readonly Part[]): value is readonly Part[] => Array.isArray(value);
