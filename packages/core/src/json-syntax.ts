import { type JSONVisitor, parse, printParseErrorCode, visit } from 'jsonc-parser';
import { addFault, cut, type FaultList, formatPath, quote } from './fault.ts';

/** Deeper than any batch file goes, and shallow enough for every reader that calls itself. */
export const mostLevels = 64;

export interface JsonText {
  /** The value, wherever the text can be read without a guess, in spite of faults such as a comment. */
  value: { root: unknown } | undefined;
  faults: FaultList;
}

/** What may be read on, so that one look finds all faults. Each is a fault none the less. */
const lenient = { allowTrailingComma: true, disallowComments: false };

/**
 * Strict JSON (RFC 8259), and stricter: no key twice in an object, no number that overflows, no endless nesting.
 * Comments, trailing commas, repeated keys and overflows are all told; the first other fault of syntax ends the
 * reading, since what follows it would be guessed.
 */
export function readJson(text: string): JsonText {
  const faults: FaultList = { told: [], count: 0 };
  if (/^[ \t\r\n]*$/.test(text)) {
    addFault(faults, { line: 1, column: 1, path: '', found: 'an empty file', expected: 'a JSON object' });
    return { value: undefined, faults };
  }
  const end = check(text, faults);
  if (end === 'unreadable') return { value: undefined, faults };
  return { value: { root: end === 'strict' ? JSON.parse(text) : parse(text, [], lenient) }, faults };
}

/** Thrown to end a visit; caught here. */
class Stop extends Error {}

/** One open object or list. `at` is the key or index being read; `keys` are an object's keys with their lines. */
interface Open {
  keys: Map<string, number> | undefined;
  at: string | number | undefined;
}

function check(text: string, faults: FaultList): 'strict' | 'lenient' | 'unreadable' {
  const open: Open[] = [];
  let lenientOnly = false;
  let last: LastRead = 'begin';
  let comma = { line: 0, column: 0 };

  const add = (line: number, column: number, found: string, expected: string) => {
    const path = formatPath(open.flatMap(({ at }) => at ?? []));
    addFault(faults, { line: line + 1, column: column + 1, path, found, expected });
  };
  const begin = (frame: Open, line: number, column: number) => {
    if (open.length === mostLevels) {
      add(line, column, `a value ${mostLevels + 1} levels deep`, `at most ${mostLevels} levels`);
      throw new Stop();
    }
    open.push(frame);
    last = 'begin';
  };
  const end = () => {
    const frame = open.at(-1);
    if (last === 'comma' && frame) {
      lenientOnly = true;
      frame.at = undefined;
      add(comma.line, comma.column, 'a comma after the last item', 'no comma there');
    }
    open.pop();
    last = 'value';
  };

  const visitor: JSONVisitor = {
    onObjectBegin: (_offset, _length, line, column) => begin({ keys: new Map(), at: undefined }, line, column),
    onArrayBegin: (_offset, _length, line, column) => begin({ keys: undefined, at: 0 }, line, column),
    onObjectEnd: end,
    onArrayEnd: end,
    onObjectProperty: (key, _offset, _length, line, column) => {
      last = 'key';
      const object = open.at(-1);
      if (!object?.keys) return;
      object.at = key;
      const before = object.keys.get(key);
      if (before === undefined) object.keys.set(key, line + 1);
      else add(line, column, `the key ${quote(key)} again`, `each key once (it is on line ${before} already)`);
    },
    onLiteralValue: (value, offset, length, line, column) => {
      last = 'value';
      if (typeof value === 'number' && !Number.isFinite(value)) {
        add(line, column, `the number ${cut(text.slice(offset, offset + length))}`, 'a number below 1.8e308');
      }
    },
    onSeparator: (separator, _offset, _length, line, column) => {
      const frame = open.at(-1);
      last = separator === ',' ? 'comma' : 'colon';
      if (last === 'colon' || !frame) return;
      comma = { line, column };
      frame.at = typeof frame.at === 'number' ? frame.at + 1 : undefined;
    },
    onComment: (_offset, _length, line, column) => {
      lenientOnly = true;
      add(line, column, 'a comment', 'JSON without comments');
    },
    onError: (code, offset, _length, line, column) => {
      const { at, found, expected } = describeError(text, offset, printParseErrorCode(code), nextAfter(last, open));
      add(line, column + at - offset, found, expected);
      throw new Stop();
    },
  };
  try {
    visit(text, visitor, lenient);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return 'unreadable';
  }
  return lenientOnly ? 'lenient' : 'strict';
}

type LastRead = 'begin' | 'comma' | 'key' | 'colon' | 'value';

/** What the text should go on with; `begin` stands for the beginning of the file as well. */
function nextAfter(last: LastRead, open: readonly Open[]): string {
  if (last === 'key') return 'a colon';
  if (last === 'value') return open.length > 0 ? 'a comma' : 'the end of the file';
  return last !== 'colon' && open.at(-1)?.keys ? 'a key in double quotes' : 'a value';
}

/** By jsonc-parser's names. Of the others, what came before says what was expected. */
const expectedAfter: Partial<Record<string, string>> = {
  CloseBraceExpected: 'a closing }',
  CloseBracketExpected: 'a closing ]',
  UnexpectedEndOfComment: 'JSON without comments',
  UnexpectedEndOfString: 'a closing "',
  UnexpectedEndOfNumber: 'a digit',
  InvalidUnicode: 'four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'an escape that JSON knows, such as \\n or \\\\',
  InvalidCharacter: 'an escape in its place, such as \\t',
};

/** `at` is the offset of the very character, on the line the token begins on. */
function describeError(text: string, offset: number, name: string, next: string) {
  const expected = expectedAfter[name] ?? next;
  const inString = text[offset] === '"' && /^(UnexpectedEndOfS|Invalid(U|E|C))/.test(name);
  const at = inString ? badCharacterOfString(text, offset) : offset;
  return { at, found: describeCharacter(text, at, inString), expected };
}

function describeCharacter(text: string, at: number, inString: boolean): string {
  const code = text.codePointAt(at);
  if (code === undefined) return 'the end of the file';
  const character = String.fromCodePoint(code);
  if (character === '\n' || character === '\r') return 'the end of the line';
  if (inString && character === '\\') return `\`${text.slice(at, at + (text[at + 1] === 'u' ? 6 : 2)).trimEnd()}\``;
  if (/[\p{C}\p{Z}]/u.test(character)) {
    return `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  const rest = text.slice(at, at + 100);
  if (character === '"') return `the string ${cut(/^"(?:[^"\\\r\n]|\\.)*"?/.exec(rest)?.[0] ?? '')}`;
  const word = /^[^\s\p{C}\p{Z},:"[\]{}]+/u.exec(rest)?.[0];
  return `\`${cut(word ?? character)}\``;
}

/** The first place of the string, whose quote is at `start`, where no string can go on. */
function badCharacterOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) {
      const known = /^\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/.exec(text.slice(at, at + 6));
      if (!known) return at;
      at += known[0].length - 1;
    } else if (Number.isNaN(unit) || unit < 0x20 || unit === 0x22) return at;
  }
}
