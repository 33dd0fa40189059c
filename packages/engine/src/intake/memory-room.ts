import type { BatchContent } from '@nightpass/core';
import type { LedgerContext } from '../ledger/context.ts';

/**
 * Whether Redis will bear a batch to its end. Intake stops before the queue does: at `maxmemory` Redis refuses every
 * write, and then not even an answer to a launch could be recorded.
 */

/**
 * A task that ended, with its record, its claim and its job on the board: measured at 10,000 tasks. Its bytes beside (1 of
 * phase, 4 of when it moved) are lost in the rounding.
 */
const bytesPerTask = 2_000;
/** The rest is for what is under way, and for what rewrites of the append-only file need. */
const usableShare = 0.8;

/** @returns in words why the batch cannot be opened now; undefined where it can. */
export async function lacksRoom(
  { redis }: LedgerContext,
  content: BatchContent,
  fileBytes: number,
): Promise<string | undefined> {
  const info = await redis.info('memory');
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const most = field('maxmemory');
  if (most === 0) return undefined;
  const needs = fileBytes + content.processes.length * content.zones.length * bytesPerTask;
  const room = most * usableShare - field('used_memory');
  if (needs <= room) return undefined;
  const mib = (bytes: number) => `${Math.max(0, Math.round(bytes / 1_048_576))} MiB`;
  return `Redis has room for ${mib(room)} more (80 % of its maxmemory of ${mib(most)}), and this batch needs about ${mib(needs)}: give it more memory, or let batches end`;
}
