import { createGzip } from 'node:zlib';
import type { Out } from '../output.ts';

/** Bytes in a page: gzip and base64 in a script element that is data, which no browser runs. */

export async function writePacked(out: Out, id: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await out.write(`<script type="application/octet-stream" id="${id}">`);
  const gzip = createGzip({ level: 9 });
  const feed = (async () => {
    for (const piece of pieces) {
      if (!gzip.write(piece)) await new Promise((resolve) => gzip.once('drain', resolve));
    }
    gzip.end();
  })();
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of gzip) {
    // Base64 says three bytes in four signs: what does not fill three waits.
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % 3);
    await out.write(bytes.toString('base64', 0, whole));
    rest = bytes.subarray(whole);
  }
  await feed;
  await out.write(`${rest.toString('base64')}</script>\n`);
}

/**
 * Whole numbers as their differences, in four planes of bytes, the lowest first: neighbours are alike, and what is alike
 * packs well. The page's `numbersOf` reads it.
 */
export function* planesOf(count: number, at: (index: number) => number): Generator<Uint8Array> {
  for (let plane = 0; plane < 4; plane++) {
    const bytes = new Uint8Array(count);
    let before = 0;
    for (let i = 0; i < count; i++) {
      const value = at(i);
      const step = value - before;
      bytes[i] = ((step << 1) ^ (step >> 31)) >>> (plane * 8);
      before = value;
    }
    yield bytes;
  }
}

/** Texts, a line each. */
export function* linesOf(texts: readonly string[]): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let start = 0; start < texts.length; start += 4096) {
    const some = texts.slice(start, start + 4096).map((text) => text.replace(/[\n\r]+/g, ' '));
    yield encoder.encode((start > 0 ? '\n' : '') + some.join('\n'));
  }
}
