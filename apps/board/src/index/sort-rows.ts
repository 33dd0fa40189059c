import { setImmediate as breathe } from 'node:timers/promises';

/** Rows in the order of their texts, sorted in pieces, so that nobody waits for it. */
export async function sortRows(rows: number, textAt: (row: number) => string): Promise<Uint32Array> {
  const pieceRows = 20_000;
  let sorted: Uint32Array[] = [];
  for (let first = 0; first < rows; first += pieceRows) {
    const texts = Array.from({ length: Math.min(pieceRows, rows - first) }, (_, i) => ({
      row: first + i,
      text: textAt(first + i),
    }));
    texts.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.row - b.row));
    sorted.push(Uint32Array.from(texts, ({ row }) => row));
    await breathe();
  }
  while (sorted.length > 1) {
    const next: Uint32Array[] = [];
    for (let i = 0; i < sorted.length; i += 2) {
      const [a, b] = [sorted[i], sorted[i + 1]];
      if (a) next.push(b ? await merged(a, b, textAt) : a);
    }
    sorted = next;
  }
  return sorted[0] ?? new Uint32Array();
}

async function merged(a: Uint32Array, b: Uint32Array, textAt: (row: number) => string): Promise<Uint32Array> {
  const out = new Uint32Array(a.length + b.length);
  let [i, j] = [0, 0];
  let [left, right] = [a.length > 0 ? textAt(a[0] ?? 0) : '', b.length > 0 ? textAt(b[0] ?? 0) : ''];
  for (let k = 0; k < out.length; k++) {
    if (j >= b.length || (i < a.length && left <= right)) {
      out[k] = a[i++] ?? 0;
      if (i < a.length) left = textAt(a[i] ?? 0);
    } else {
      out[k] = b[j++] ?? 0;
      if (j < b.length) right = textAt(b[j] ?? 0);
    }
    if (k % 20_000 === 0) await breathe();
  }
  return out;
}
