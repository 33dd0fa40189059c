import { setTimeout as sleep } from 'node:timers/promises';
import type { CallFailure, OpenAnswer } from '@nightpass/core';
import { openPart, type PartFile } from './part-file.ts';
import { NoRoom, type Room } from './room.ts';

/** Fetches one file: whole, or not at all. What was interrupted goes on where it stopped. */

export interface Wanted {
  path: string;
  sizeBytes: number | undefined;
  /** Hex. */
  sha256: string | undefined;
}

export interface FetchOptions {
  open(from: { byte: number; etag: string | undefined }): Promise<OpenAnswer>;
  room: Room;
  signal: AbortSignal;
  /** So many came. */
  onBytes(bytes: number): void;
  /** The first pause after trouble; each one that follows is twice as long. */
  pauseMs?: number;
}

export type Fetched =
  | { kind: 'fetched'; size: number; sha256: string }
  /** Not by this link: another one may help. */
  | { kind: 'refused'; reason: string }
  | { kind: 'failed'; reason: string };

/** In a row, with nothing gained. */
const mostTries = 5;
const longestWaitMs = 5 * 60_000;

/** @throws NoRoom; whatever else the disk answers */
export async function fetchFile(wanted: Wanted, options: FetchOptions): Promise<Fetched> {
  const part = await openPart(wanted.path);
  try {
    const fetched = await fetchInto(part, wanted, options);
    if (fetched.kind !== 'fetched') await part.leave();
    return fetched;
  } catch (error) {
    const trouble = asNoRoom(error);
    // How much it would have taken is not known: it does not stand in the way of others.
    if (trouble instanceof NoRoom && part.note.sizeBytes === undefined) await part.discard();
    else await part.leave();
    throw trouble;
  }
}

function asNoRoom(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? new NoRoom(`the disk is full (${code})`) : error;
}

async function fetchInto(part: PartFile, wanted: Wanted, options: FetchOptions): Promise<Fetched> {
  let tries = 0;
  let isSecondGo = false;
  for (;;) {
    const before = part.bytes;
    const got = await onePiece(part, wanted, options);
    if (got.kind === 'whole') {
      const fault = faultOf(part, wanted);
      if (fault === undefined) {
        const fetched: Fetched = { kind: 'fetched', size: part.bytes, sha256: part.sha256() };
        await part.publish();
        return fetched;
      }
      const again = part.resumed && !isSecondGo;
      await part.reset();
      // Bytes of two contents, perhaps: once more from the start.
      if (!again) return { kind: 'refused', reason: fault };
      isSecondGo = true;
      continue;
    }
    if (got.kind !== 'trouble') return got;
    tries = part.bytes > before ? 1 : tries + 1;
    if (options.signal.aborted || tries >= mostTries) return { kind: 'failed', reason: got.reason };
    const waitMs = Math.max(got.waitMs ?? 0, (options.pauseMs ?? 500) * 2 ** (tries - 1));
    if (waitMs > longestWaitMs) return { kind: 'failed', reason: got.reason };
    await sleep(waitMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

type Piece = { kind: 'whole' } | { kind: 'trouble'; reason: string; waitMs?: number | undefined } | Fetched;

/** One answer's worth of it. */
async function onePiece(part: PartFile, wanted: Wanted, { open, room, onBytes }: FetchOptions): Promise<Piece> {
  const size = wanted.sizeBytes ?? part.note.sizeBytes;
  if (part.bytes > 0 && part.bytes === size) return { kind: 'whole' };
  if (size !== undefined && part.bytes > size) await part.reset();
  const answer = await open({ byte: part.bytes, etag: part.note.etag });
  if (answer.kind !== 'open') return troubleOf(answer);
  const body = answer.body[Symbol.asyncIterator]();
  try {
    if (wanted.sizeBytes !== undefined && answer.sizeBytes !== undefined && answer.sizeBytes !== wanted.sizeBytes) {
      await part.reset();
      return { kind: 'refused', reason: wrongSize(answer.sizeBytes, wanted.sizeBytes) };
    }
    if (answer.fromByte !== part.bytes || (part.bytes > 0 && isOther(part, answer))) await part.reset();
    if (answer.fromByte !== part.bytes) return { kind: 'trouble', reason: 'it has another size than before' };
    const etag = answer.etag ?? (part.bytes > 0 ? part.note.etag : undefined);
    await part.begin({ etag, sizeBytes: answer.sizeBytes });
    const whole = answer.sizeBytes ?? wanted.sizeBytes;
    const claim = await room.claim(whole === undefined ? undefined : whole - part.bytes);
    try {
      for (;;) {
        const next = await body.next().catch((error: Error) => error.message);
        if (typeof next === 'string') return { kind: 'trouble', reason: next };
        if (next.done) break;
        const chunk = next.value;
        if (whole !== undefined && part.bytes + chunk.length > whole) {
          await part.reset();
          return { kind: 'refused', reason: `more came than the ${whole} bytes that were said` };
        }
        await claim.written(chunk.length);
        await part.append(chunk);
        onBytes(chunk.length);
      }
    } finally {
      claim.release();
    }
    const isShort = answer.sizeBytes !== undefined && part.bytes < answer.sizeBytes;
    return isShort ? { kind: 'trouble', reason: 'the answer ended before its end' } : { kind: 'whole' };
  } finally {
    await body.return?.();
  }
}

/** Whether a rest cannot be known to be of the same content as what is there. */
function isOther({ note }: PartFile, { etag, sizeBytes }: Extract<OpenAnswer, { kind: 'open' }>): boolean {
  if (note.sizeBytes !== undefined && sizeBytes !== undefined) return note.sizeBytes !== sizeBytes;
  return etag === undefined || etag !== note.etag;
}

function troubleOf(answer: { kind: 'gone'; reason: string } | CallFailure): Piece {
  const { reason } = answer;
  switch (answer.kind) {
    case 'gone':
      return { kind: 'refused', reason: `gone: ${reason}` };
    case 'rejected':
    case 'unauthorized':
      return { kind: 'refused', reason };
    case 'throttled':
    case 'quota':
      return { kind: 'trouble', reason, waitMs: answer.retryAfterMs };
    case 'notSent':
    case 'ambiguous':
      return answer.rule === 'no-slot' ? { kind: 'failed', reason } : { kind: 'trouble', reason };
    default:
      return answer satisfies never;
  }
}

function faultOf(part: PartFile, { sizeBytes, sha256 }: Wanted): string | undefined {
  if (sizeBytes !== undefined && part.bytes !== sizeBytes) return wrongSize(part.bytes, sizeBytes);
  if (sha256 !== undefined && part.sha256() !== sha256.toLowerCase()) return 'its sha256 is not the one that was said';
  return undefined;
}

const wrongSize = (is: number, said: number) => `it has ${is} bytes, not the ${said} that were said`;
