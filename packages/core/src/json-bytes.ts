import { isUtf8 } from 'node:buffer';
import { addFault, type FaultList } from './fault.ts';

/** A string holds no more UTF-16 units than this (V8), and no text of this many bytes has more. */
export const mostBytes = 500_000_000;

export interface DecodedText {
  /** Without byte order mark; what is not UTF-8 is replaced by U+FFFD. Undefined where there is nothing to read. */
  text: string | undefined;
  faults: FaultList;
}

/**
 * The text of a file, and what is wrong with its encoding: at most one fault a line.
 * A byte order mark of UTF-8 is accepted; UTF-16 is refused by its name.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const faults: FaultList = { told: [], count: 0 };
  const refuse = (found: string, expected: string): DecodedText => {
    addFault(faults, { line: 1, column: 1, path: '', found, expected });
    return { text: undefined, faults };
  };
  if (bytes.length > mostBytes) return refuse(`a file of ${bytes.length} bytes`, `at most ${mostBytes} bytes`);
  if (looksLikeUtf16(bytes)) return refuse('UTF-16 text', 'UTF-8 text: save the file as UTF-8');

  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = marked ? bytes.subarray(3) : bytes;
  if (!isUtf8(content)) addEncodingFaults(content, faults);
  return { text: lossyUtf8.decode(content), faults };
}

const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const windows1252 = new TextDecoder('windows-1252');

/** By its byte order mark, or by a zero byte beside the first character, which JSON begins with in ASCII. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || (first === 0) !== (second === 0);
}

function addEncodingFaults(bytes: Uint8Array, faults: FaultList): void {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    const lineBytes = bytes.subarray(start, end);
    if (!isUtf8(lineBytes)) {
      const { column, byte } = firstBadByte(lineBytes);
      const hex = `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      const letter = byte >= 0xa0 ? ` (${windows1252.decode(Uint8Array.of(byte))} in Windows-1252)` : '';
      const expected = 'UTF-8 text: save the file as UTF-8';
      addFault(faults, { line, column, path: '', found: `the byte ${hex}${letter}`, expected });
    }
    start = end + 1;
  }
}

/** Where the bytes differ from what they were read as. The column counts UTF-16 units from 1. */
function firstBadByte(bytes: Uint8Array): { column: number; byte: number } {
  const text = lossyUtf8.decode(bytes);
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const genuine = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (unit === 0xfffd && !genuine) return { column: index + 1, byte: bytes[at] ?? 0 };
    // Each half of a surrogate pair stands for two of the pair's four bytes.
    at += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  throw new Error('every byte of this line is UTF-8');
}
