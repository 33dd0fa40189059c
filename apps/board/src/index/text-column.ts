import { foldText } from '@nightpass/engine';

/**
 * Many short texts, folded, in one piece of memory outside the heap: a million of them cost their letters and four bytes
 * each, and are searched at the speed of memory.
 */
export interface TextColumn {
  readonly bytes: number;
  /** A byte a row: 1 where its text has that part. */
  having(part: string): Uint8Array;
  at(row: number): string;
}

export interface TextColumnBuilder {
  push(text: string): void;
  build(): TextColumn;
}

/** Longer texts are cut: nobody tells places apart by what comes after. */
const mostLetters = 200;
const pieceBytes = 1 << 20;
/** Who turns pages asks the same again. */
const keptMasks = 4;

export function textColumn(rows: number): TextColumnBuilder {
  const ends = new Uint32Array(rows);
  const pieces: Buffer[] = [];
  let piece = Buffer.allocUnsafe(pieceBytes);
  let used = 0;
  let total = 0;
  let row = 0;
  return {
    push(text) {
      const bytes = Buffer.from(`${foldText(text.slice(0, mostLetters)).replaceAll('\n', ' ')}\n`);
      if (used + bytes.length > piece.length) {
        pieces.push(piece.subarray(0, used));
        piece = Buffer.allocUnsafe(pieceBytes);
        used = 0;
      }
      used += bytes.copy(piece, used);
      total += bytes.length;
      ends[row++] = total;
    },
    build() {
      pieces.push(piece.subarray(0, used));
      return columnOf(Buffer.concat(pieces, total), ends);
    },
  };
}

function columnOf(text: Buffer, ends: Uint32Array): TextColumn {
  const kept = new Map<string, Uint8Array>();
  const startOf = (row: number) => (row === 0 ? 0 : (ends[row - 1] ?? 0));
  return {
    bytes: text.length + ends.byteLength + keptMasks * ends.length,
    at: (row) => text.toString('utf8', startOf(row), (ends[row] ?? 1) - 1),
    having(part) {
      const folded = foldText(part);
      const mask = kept.get(folded) ?? find(text, ends, folded);
      kept.delete(folded);
      kept.set(folded, mask);
      const [oldest] = kept.keys();
      if (kept.size > keptMasks && oldest !== undefined) kept.delete(oldest);
      return mask;
    },
  };
}

function find(text: Buffer, ends: Uint32Array, part: string): Uint8Array {
  const found = new Uint8Array(ends.length);
  const wanted = Buffer.from(part);
  if (wanted.length === 0) return found.fill(1);
  if (wanted.includes(10)) return found;
  let row = 0;
  let at = text.indexOf(wanted);
  while (at !== -1) {
    while ((ends[row] ?? 0) <= at) row += 1;
    found[row] = 1;
    const next = ends[row] ?? text.length;
    // Texts of one kind often have it in one place; to look there first is ten times as quick as to search.
    const there = next + at - (row === 0 ? 0 : (ends[row - 1] ?? 0));
    row += 1;
    at = there < (ends[row] ?? 0) && isAt(text, wanted, there) ? there : text.indexOf(wanted, next);
  }
  return found;
}

function isAt(text: Buffer, wanted: Buffer, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (text[at + i] !== wanted[i]) return false;
  return true;
}
