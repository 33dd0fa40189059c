import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Nesting beyond which a reply is not parsed; the deepest documented reply has 8 levels. */
const mostDepth = 64;

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** True when the text nests more than `most` levels. Linear, and before `JSON.parse`, so that nothing after it recurses far. */
function deeperThan(text: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > most) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return false;
}

/** `json` is undefined where the text is none, or nests too deep to be trusted; `trouble` then says which. */
export function parseJson(text: string): { json: unknown; trouble: string | undefined } {
  if (text.trim() === '') return { json: undefined, trouble: undefined };
  if (deeperThan(text, mostDepth)) return { json: undefined, trouble: `nests more than ${mostDepth} levels` };
  try {
    return { json: JSON.parse(text), trouble: undefined };
  } catch {
    return { json: undefined, trouble: undefined };
  }
}

/** @returns undefined where the coding is unknown or the bytes are not what it says. */
async function decoded(bytes: Buffer, coding: string, mostBytes: number): Promise<Buffer | undefined> {
  if (coding === '' || coding === 'identity') return bytes;
  const decode = decoders[coding as keyof typeof decoders];
  if (!Object.hasOwn(decoders, coding) || !decode) return undefined;
  try {
    return await decode(bytes, { maxOutputLength: mostBytes });
  } catch {
    return undefined;
  }
}

function decodeText(bytes: Buffer, contentType: string): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

export interface ReadBody {
  text: string;
  json: unknown;
  /** Why the text is not the whole reply, or was not parsed; undefined where nothing is wrong. */
  trouble: string | undefined;
}

/** The reply's bytes as text and, where it is that, JSON. Never throws: a wrong charset, coding or depth is data. */
export async function readBody(
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
  mostBytes: number,
): Promise<ReadBody> {
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  const plain = await decoded(bytes, coding, mostBytes);
  if (plain === undefined) {
    return { text: '', json: undefined, trouble: 'its content encoding cannot be undone within the limits' };
  }
  const text = decodeText(plain, headers['content-type'] ?? '');
  return { text, ...parseJson(text) };
}
