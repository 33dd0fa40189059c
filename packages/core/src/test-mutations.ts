import { readdirSync, readFileSync } from 'node:fs';

/** For tests: batch files spoilt in the ways that editors, exports, shares and people spoil them. The same for the same seed. */

const fixtures = new URL('../fixtures/batches/', import.meta.url);
const filesIn = (folder: string) =>
  readdirSync(new URL(folder, fixtures)).map((name) => readFileSync(new URL(`${folder}${name}`, fixtures)));

export type Draw = () => number;

/** Numbers from 0 to 1 (mulberry32). */
export function drawsOf(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const below = (draw: Draw, n: number) => Math.floor(draw() * n);
function oneOf<T>(draw: Draw, list: readonly T[]): T {
  return list[below(draw, list.length)] as T;
}

/** Values that no reader expects where they come to stand; each in JSON's own words. */
const strange = [
  ...['null', 'true', '""', '" "', '"\\u00a0"', '0', '-0', '1e308', '1e309', '-1e-400', '180.0000001', '{}', '[]'],
  ...['[[]]', '[null]', '"Polygon"', '9007199254740993', '"\\ud800"', '"\\u0000"', '"__proto__"', 'NaN', "'a'"],
  ...['{"__proto__":{"type":"Polygon"}}', '{"type":"Polygon"}', '{"type":"Point","coordinates":[0,0]}', '[0,0]'],
  '[[0,0],[1,0],[1,1],[0,0]]',
  `${'['.repeat(70)}${']'.repeat(70)}`,
  `"${'x'.repeat(5000)}"`,
] as const;
const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '//',
  '\u2028',
  '\ufeff',
  '\r',
  '\n',
  '\t',
  '\0',
  '1',
  '-',
  'e9',
];

type Mutate = (file: Buffer, draw: Draw) => Buffer;

function spliced(file: Buffer, at: number, cut: number, put: Buffer | string): Buffer {
  return Buffer.concat([file.subarray(0, at), Buffer.from(put), file.subarray(at + cut)]);
}

/** Some to several random edits of bytes. */
const bytes: Mutate = (file, draw) => {
  let out = file;
  for (let n = 1 + below(draw, 4); n > 0; n--) {
    const at = below(draw, out.length + 1);
    const kind = below(draw, 6);
    if (kind === 0) out = out.subarray(0, at);
    else if (kind === 1) out = spliced(out, at, 1 + below(draw, 30), '');
    else if (kind === 2) out = spliced(out, at, 1, Uint8Array.of(below(draw, 256)) as Buffer);
    else if (kind === 3) out = spliced(out, at, 0, oneOf(draw, tokens));
    else if (kind === 4) out = spliced(out, at, 0, out.subarray(below(draw, out.length), at));
    else out = spliced(out, at, below(draw, 3), Buffer.alloc(below(draw, 40), below(draw, 256)));
  }
  return out;
};

/** Where the values of a text stand, roughly: what follows a colon or begins an item. */
function valueStarts(text: string): number[] {
  return [...text.matchAll(/(?<=[:[,]\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g)].map((m) => m.index);
}

/** A value, a key, or a whole part of the tree is another. */
const structure: Mutate = (file, draw) => {
  const text = file.toString('utf8');
  const starts = valueStarts(text);
  if (starts.length === 0) return bytes(file, draw);
  const at = oneOf(draw, starts);
  const end = /^(?:"(?:[^"\\]|\\.)*"|[^\s,\]}]+)/.exec(text.slice(at))?.[0].length ?? 1;
  const kind = below(draw, 5);
  if (kind === 0) return Buffer.from(text.slice(0, at) + oneOf(draw, strange) + text.slice(at + end));
  if (kind === 1)
    return Buffer.from(text.replace(/"(\w+)"(?=\s*:)/g, (key) => (draw() < 0.1 ? `${key.slice(0, -1)}x"` : key)));
  if (kind === 2) {
    const from = text.indexOf('{', at);
    const to = text.indexOf('}', from);
    if (from > 0 && to > from)
      return Buffer.from(`${text.slice(0, to + 1)},${text.slice(from, to + 1)}${text.slice(to + 1)}`);
  }
  if (kind === 3)
    return Buffer.from(
      `${oneOf(draw, ['[', '{"a":', '', '\ufeff\ufeff'])}${text}${oneOf(draw, [']', '}', '{}', ' '])}`,
    );
  return Buffer.from(text.slice(0, at) + text.slice(oneOf(draw, starts)));
};

/** Rings that are open, short, folded, out of range, or of numbers that are nearly right. */
const geometry: Mutate = (file, draw) => {
  const text = file.toString('utf8');
  const numbers = [...text.matchAll(/-?\d+\.\d+/g)];
  if (numbers.length === 0) return structure(file, draw);
  let out = text;
  for (const match of numbers.toReversed()) {
    if (draw() > 2 / numbers.length) continue;
    const old = Number(match[0]);
    const put = oneOf(draw, [
      ...[String(-old), String(old + 1e-9), String(old * 10), `${match[0]}0`, `${match[0]}e0`, '180', '-180', '90.0'],
      ...['', '1e400', `[${match[0]},0]`, `${match[0]},1,2`, `"${match[0]}"`, `${match[0]}], [${match[0]}`],
    ]);
    out = out.slice(0, match.index) + put + out.slice(match.index + match[0].length);
  }
  return Buffer.from(out);
};

/** The same text in another encoding, or in two at once. */
const encodings: Mutate = (file, draw) => {
  const text = file.toString('utf8');
  const kind = below(draw, 8);
  const accented = text.replace(/a/g, (a) => (draw() < 0.2 ? 'é' : a));
  if (kind === 0) return Buffer.from(text, 'utf16le');
  if (kind === 1) return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  if (kind === 2) return Buffer.from(text, 'utf16le').swap16();
  if (kind === 3) return Buffer.from(accented, 'latin1');
  if (kind === 4) return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(accented)]);
  if (kind === 5) return spliced(file, below(draw, file.length), 0, oneOf(draw, [...brokenUtf8]));
  if (kind === 6) return Buffer.from(Buffer.from(accented).toString('latin1'));
  return Buffer.from(
    accented.replace(/é/g, () => oneOf(draw, ['\\u00e9', '\\uD83D', '😀', '\u202e', '\ufffd', '\\u0000'])),
  );
};
const brokenUtf8 = [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0xe2, 0x82], [0x80], [0xf0, 0x9f, 0x98]].map((b) =>
  Buffer.from(b),
);

/** Very much of something. */
const sizes: Mutate = (file, draw) => {
  const text = file.toString('utf8');
  const at = oneOf(draw, valueStarts(text).concat(0));
  const many = 10 ** (1 + below(draw, 3));
  const put = oneOf(draw, [
    ' '.repeat(many * 10),
    '\n'.repeat(many),
    '['.repeat(many),
    '{"a":'.repeat(many),
    `"${'y'.repeat(many * 20)}",`,
    '0,'.repeat(many),
    '[0,0],'.repeat(many),
    '9'.repeat(many),
    `${'\\"'.repeat(many)}`,
    'null,'.repeat(many),
    `${Array.from({ length: many }, (_, i) => `"k${i}":${i}`).join(',')},`,
  ]);
  return Buffer.from(text.slice(0, at) + put + text.slice(at));
};

export const mutations = { bytes, structure, geometry, encodings, sizes } as const;
export type MutationKind = keyof typeof mutations;

/** One spoilt file; about one in eight is spoilt in two ways. */
export function mutatedBatch(seed: number): { kind: MutationKind; file: Buffer } {
  const draw = drawsOf(seed * 7919 + 13);
  const kinds = Object.keys(mutations) as MutationKind[];
  const kind = kinds[seed % kinds.length] as MutationKind;
  const from = draw() < 0.8 ? good : bad;
  const once = mutations[kind](oneOf(draw, from), draw);
  return { kind, file: draw() < 0.125 ? mutations[oneOf(draw, kinds)](once, draw) : once };
}
const good = filesIn('valid/');
const bad = filesIn('invalid/');
