import { createHash } from 'node:crypto';

/**
 * Failures of one cause say the same in other words: another job, another hour, another file. Their shape is what stays
 * when those are taken out. Pure.
 */

export interface FailureShape {
  /** Short, and the same on every machine and in every version: people type it, scripts keep it. */
  id: string;
  /** The rule that ended them. Two rules are two causes, whatever they say. */
  rule: string;
  /** In small letters, with `#` for every number or id, and `<url>`, `<date>`, `<path>`, `<text>`. */
  text: string;
}

export const familyIdPattern = /^f[0-9a-f]{8}$/;

/** Of the reason, and of the shape. What tells a cause stands near the beginning. */
const mostRead = 4000;
const mostKept = 240;

export function shapeOf(rule: string | undefined, reason: string | undefined): FailureShape {
  const given = rule ?? '';
  const text = foldReason(reason ?? '');
  const digest = createHash('sha256').update(`${given}\n${text}`).digest('hex');
  return { id: `f${digest.slice(0, 8)}`, rule: given, text };
}

type Fold = readonly [pattern: RegExp, instead: string];

const months = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const days = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? ';
const clock = '\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?: ?(?:z|utc|gmt|[ap]m)\\b|[+-]\\d{2}:?\\d{2})?';

/** In this order: each leaves nothing behind that a later one would take for its own. */
const folds: readonly Fold[] = [
  // Also one of figures only, which would be taken for five numbers.
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '#'],
  [/ ?\[(?:request|correlation id) [^\]]*\]/g, ''],
  // Of JSON, the keys and the values that are meant for people say what happened.
  [/([{,] ?)"([\w-]{1,40})" ?: ?/g, '$1$2: '],
  [/\b(message|msg|error|reason|details?|title|description|cause): "((?:[^"\\]|\\.)*)"/g, '$1: $2'],
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]}]+/g, '<url>'],
  [new RegExp(`(?:\\b${days})?\\b\\d{1,2} ${months}\\.? \\d{4}(?:,? ${clock})?`, 'g'), '<date>'],
  [new RegExp(`\\b${months}\\.? \\d{1,2},? \\d{4}(?:,? ${clock})?`, 'g'), '<date>'],
  [new RegExp(`\\b\\d{4}-\\d{2}-\\d{2}(?:[t ]${clock})?`, 'g'), '<date>'],
  [new RegExp(`\\b\\d{1,2}[/.]\\d{1,2}[/.]\\d{4}(?:,? ${clock})?`, 'g'), '<date>'],
  [new RegExp(`\\b${clock}(?![\\w:])`, 'g'), '<date>'],
  [/"(?:[^"\\]|\\.)*"|`[^`]*`|“[^”]*”|«[^»]*»/g, '<text>'],
  [/(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])‘[^’]*’(?![\p{L}\p{N}])/gu, '<text>'],
  [/(?<![\p{L}\p{N}<])(?:[a-z]:)?[\w.~-]{0,80}(?:[\\/][\w.~%+@=:-]+){2,}[\\/]?/gu, '<path>'],
  [/(?<![\p{L}\p{N}<_>/])[\\/][\w.~%+@=:-]+/gu, '<path>'],
];

/** Words with figures in them, and numbers with their sign. */
const word = /(?<![\p{L}\p{N}])[+-]?(?=[\p{L}\p{N}])[\p{L}\p{N}_]+(?:[-.:+@,][\p{L}\p{N}_]+)*/gu;
/** A number that stands after one of these names a cause. */
const naming = /\b(?:http|status|code|exit|signal|errno)[ :=(]*$/;

function foldReason(reason: string): string {
  let text = spaced(reason.slice(0, mostRead).normalize('NFKC').toLowerCase().normalize('NFKC'));
  for (const [pattern, instead] of folds) text = text.replace(pattern, instead);
  text = text.replace(word, (token, at: number, whole: string) =>
    /^\d{1,4}$/.test(token) && naming.test(whole.slice(Math.max(0, at - 12), at)) ? token : foldWord(token),
  );
  // A list of three is the same as a list of five.
  text = text.replace(/(#|<\w+>)(?:[\s,;]+\1)+/g, '$1').replace(/(\[#\]|\(#\))(?:[\s,;]+\1)+/g, '$1');
  return Array.from(spaced(text)).slice(0, mostKept).join('').trim();
}

const spaced = (text: string) => text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

function foldWord(token: string): string {
  const bare = token.replace(/^[+-]/, '');
  const parts = bare.split(/[-_.:+@,]/);
  if (parts.some(isMadeUp)) return '#';
  return /\p{N}/u.test(bare) ? bare.replace(/\p{N}+(?:[.,:]\p{N}+)*/gu, '#') : token;
}

/** What no person wrote: figures before letters, or long hexadecimal. */
const isMadeUp = (part: string) => /\p{N}\p{L}/u.test(part) || /^[0-9a-f]*[a-f][0-9a-f]*$/.test(part.padEnd(8, '-'));
