import { endianness } from 'node:os';
import { promisify } from 'node:util';
import { gzip as gzipOf } from 'node:zlib';
import type { BatchRecord } from '@nightpass/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes of every task of a batch, sent only to who has not got them. */

const gzip = promisify(gzipOf);
const boot = Date.now().toString(36);

interface Tasks {
  what: 'grid' | 'times';
  /** Of the batch as the board has read it; undefined: it has not yet. */
  version: number | undefined;
  bytes(): Buffer;
}

/** Packed once for each state, whoever asks; of the batches that were asked for last. */
const packings = new Map<string, { version: number; zipped: Promise<Buffer> }>();
const mostPackings = 16;

export async function sendPacked(
  request: FastifyRequest,
  reply: FastifyReply,
  batch: BatchRecord,
  its: Tasks,
): Promise<FastifyReply> {
  void reply.headers({
    'cache-control': 'private, no-cache',
    vary: 'accept-encoding',
    'x-processes': batch.processCount,
    'x-zones': batch.zoneCount,
  });
  if (its.version !== undefined) {
    const etag = `"${boot}-${its.what}-${batch.id}-${its.version}"`;
    void reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
  }
  void reply.type('application/octet-stream');
  if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return reply.send(its.bytes());
  return reply.header('content-encoding', 'gzip').send(await packed(`${its.what} ${batch.id}`, its));
}

function packed(key: string, { version, bytes }: Tasks): Promise<Buffer> {
  const zip = () => gzip(bytes(), { level: 3 });
  if (version === undefined) return zip();
  const before = packings.get(key);
  const zipped = before?.version === version ? before.zipped : zip();
  packings.delete(key);
  packings.set(key, { version, zipped });
  const [oldest] = packings.keys();
  if (packings.size > mostPackings && oldest !== undefined) packings.delete(oldest);
  return zipped;
}

/** A copy of them. */
export function bigEndian(numbers: Uint32Array): Buffer {
  const bytes = Buffer.from(Uint32Array.from(numbers).buffer);
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}
