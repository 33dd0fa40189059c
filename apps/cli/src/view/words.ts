import { stripVTControlCharacters } from 'node:util';

export const thousands = (n: number) => n.toLocaleString('en-US');

/** e.g. `1 task`, `1,200 tasks` */
export const several = (n: number, one: string, many = `${one}s`) => `${thousands(n)} ${n === 1 ? one : many}`;

/** e.g. `a, b and c` */
export function listed(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

export const widthOf = (text: string) => [...stripVTControlCharacters(text)].length;

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** What a platform or a file says may hold anything; on a terminal it must not move the cursor. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

export function cutTo(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Breaks a line between words; what follows is indented. Colours go on over the break. */
export function wrapped(line: string, width: number, indent: number): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) (?=\S)/)) {
    if (current !== '' && widthOf(current) + 1 + widthOf(word) > width) {
      lines.push(current);
      current = ' '.repeat(indent) + word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n');
}
