import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '@nightpass/engine';
import { z } from 'zod';
import type { Remote } from './client.ts';

/** Dropping files by the API of a board. */

const submitted = z.object({ file: z.string() });
const answered = z.object({ receipt: z.custom<Receipt>((it) => typeof it === 'object' && it !== null).optional() });

const lookEveryMs = 500;

export async function remoteDrop(
  remote: Remote,
  drop: { name: string; provider: string | undefined; bytes: Uint8Array },
): Promise<{ file: string; receipt(withinMs: number): Promise<Receipt | undefined> }> {
  const query = new URLSearchParams({
    name: drop.name,
    ...(drop.provider !== undefined && { provider: drop.provider }),
  });
  const { file } = await remote.upload(`/batches?${query}`, drop.bytes, submitted);
  return {
    file,
    async receipt(withinMs) {
      const endMs = performance.now() + withinMs;
      for (;;) {
        const { receipt } = await remote.get(`/receipts?file=${encodeURIComponent(file)}`, answered);
        if (receipt || performance.now() > endMs) return receipt;
        await sleep(lookEveryMs);
      }
    },
  };
}
