import type { TaskId } from '@nightpass/core';
import { renewClaims } from '../ledger/sweeping.ts';
import type { ProviderRun } from '../provider-run.ts';

/**
 * The tasks that this sweep is at work on. Their claims are renewed for as long as that takes, so that a worker that dies
 * delays them by one claim and no more, and a long list or a slow pace costs nobody's work.
 */

export const claimMs = 60_000;
const usualRenewMs = 20_000;

export interface Claims {
  /** How many are held. */
  size(): number;
  holds(id: TaskId): boolean;
  hold(ids: readonly TaskId[], score: number): void;
  /** Ends the holding. @returns the scores by which they are to be settled now; of one that ran out, its last */
  release(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, number>>;
}

export function createClaims(run: ProviderRun, renewEveryMs = usualRenewMs): Claims {
  const scores = new Map<TaskId, number>();
  let timer: NodeJS.Timeout | undefined;
  let renewing = Promise.resolve();

  async function renew(): Promise<void> {
    const { score, kept } = await renewClaims(run.ledger, run.name, scores, claimMs);
    // One that ran out keeps its old score: what comes of it is then not settled, as it should be.
    for (const id of kept) if (scores.has(id)) scores.set(id, score);
  }

  return {
    size: () => scores.size,
    holds: (id) => scores.has(id),
    hold(ids, score) {
      for (const id of ids) scores.set(id, score);
      timer ??= setInterval(() => {
        renewing = renewing.then(renew).catch((error: unknown) => {
          run.log.warn({ err: error }, 'claims not renewed');
        });
      }, renewEveryMs);
    },
    async release(ids) {
      // A renewal on its way would change the score under the settlement's hands.
      await renewing;
      const last = new Map<TaskId, number>();
      for (const id of ids) {
        const score = scores.get(id);
        if (score !== undefined) last.set(id, score);
        scores.delete(id);
      }
      if (scores.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
      return last;
    },
  };
}
