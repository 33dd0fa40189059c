import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureFamily, Families } from '@nightpass/engine';

/**
 * Families of a batch are found by walking its failures: that is done once for each state of its counts, at most now and
 * then, and who comes meanwhile is given the last.
 */

const waitMs = 3_000;
const againAfterMs = 5_000;
const mostBatches = 50;

interface Kept {
  state: string;
  list: FailureFamily[] | undefined;
  readAtMs: number;
  tookMs: number;
  reading: Promise<void> | undefined;
}

export function createFamilyCache(readerOf: (id: string) => () => Promise<Families>) {
  const kept = new Map<string, Kept>();
  return async (id: string, state: string): Promise<{ families: FailureFamily[]; complete: boolean }> => {
    const its = kept.get(id) ?? { state: '', list: undefined, readAtMs: 0, tookMs: 0, reading: undefined };
    kept.delete(id);
    kept.set(id, its);
    const oldest = kept.keys().next().value;
    if (kept.size > mostBatches && oldest !== undefined) kept.delete(oldest);
    const isDue = its.list === undefined || performance.now() - its.readAtMs > againAfterMs || its.tookMs < 200;
    if (its.state !== state && isDue && !its.reading) {
      const startedMs = performance.now();
      its.reading = readerOf(id)()
        .then((families) => {
          its.list = families.list();
          its.state = state;
        })
        .finally(() => {
          its.readAtMs = performance.now();
          its.tookMs = its.readAtMs - startedMs;
          its.reading = undefined;
        });
    }
    const giveUp = new AbortController();
    if (its.reading) {
      const late = sleep(waitMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
      await Promise.race([its.reading, late]).finally(() => giveUp.abort());
    }
    return { families: its.list ?? [], complete: its.state === state };
  };
}
