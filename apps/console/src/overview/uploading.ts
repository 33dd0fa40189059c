import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ReceiptAnswer, Submitted } from '../api/answers.ts';
import { getJson, queryOf, sendFile } from '../api/fetching.ts';

/** A file that was dropped here: on its way, waiting for its receipt, and what the receipt says. */

export interface Upload {
  key: number;
  name: string;
  state: 'sending' | 'waiting' | 'accepted' | 'known' | 'rejected' | 'failed';
  /** For people. */
  says: string;
  batch?: string | undefined;
  faults: string[];
}

const everyMs = 500;
/** A producer that takes longer may be away: the file stays where it is. */
const longMs = 20_000;
const endMs = 30 * 60_000;

export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const answers = useQueryClient();
  const numbered = useRef(0);

  async function follow(key: number, file: File): Promise<void> {
    const amend = (change: Partial<Upload>) =>
      setUploads((all) => all.map((it) => (it.key === key ? { ...it, ...change } : it)));
    try {
      const { file: place } = await sendFile<Submitted>(`/batches${queryOf({ name: file.name })}`, file);
      amend({ state: 'waiting', says: 'in the inbox; being checked' });
      const startedMs = performance.now();
      for (;;) {
        const { state, receipt } = await getJson<ReceiptAnswer>(`/receipts${queryOf({ file: place })}`);
        if (state === 'answered') {
          amend(receiptOf(receipt ?? {}));
          await answers.invalidateQueries();
          return;
        }
        const waitedMs = performance.now() - startedMs;
        if (waitedMs > longMs) amend({ says: 'no producer has taken it yet: it stays in the inbox until one does' });
        if (waitedMs > endMs) return;
        await new Promise((resolve) => setTimeout(resolve, waitedMs > longMs ? longMs / 4 : everyMs));
      }
    } catch (error) {
      amend({ state: 'failed', says: (error as Error).message });
    }
  }

  return {
    uploads,
    add(files: Iterable<File>) {
      for (const file of files) {
        numbered.current += 1;
        const key = numbered.current;
        setUploads((all) => [{ key, name: file.name, state: 'sending', says: 'being sent', faults: [] }, ...all]);
        void follow(key, file);
      }
    },
    dismiss: (key: number) => setUploads((all) => all.filter((it) => it.key !== key)),
  };
}

const shown = 5;

export function receiptOf(receipt: Record<string, unknown>): Partial<Upload> {
  const { outcome, batch, note, faults, faultCount } = receipt;
  const state = outcome === 'accepted' || outcome === 'known' ? outcome : 'rejected';
  const told = (Array.isArray(faults) ? faults : []).map((it: { message?: unknown }) => String(it.message ?? ''));
  const more = Number(faultCount ?? 0) - Math.min(shown, told.length);
  return {
    state,
    says: typeof note === 'string' ? note : '',
    batch: typeof batch === 'string' ? batch : undefined,
    faults: [...told.slice(0, shown), ...(more > 0 ? [`and ${more} more`] : [])],
  };
}
