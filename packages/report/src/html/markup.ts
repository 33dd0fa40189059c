/** HTML as text. What is put into a template is escaped, unless it is HTML itself. */

export interface Html {
  html: string;
}
export type Part = Html | string | number | false | undefined | readonly Part[];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? '');

function textOf(part: Part): string {
  if (part === false || part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return 'html' in part ? part.html : part.map(textOf).join('');
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: strings.reduce((text, piece, i) => text + textOf(parts[i - 1]) + piece) };
}

/** Text that others wrote: it may run right to left, and must not turn ours round. */
export const theirs = (text: string): Html => html`<bdi>${text}</bdi>`;
