import type { TaskId } from '@nightpass/core';
import { renewClaims } from '../ledger/sweeping.ts';
import type { TaskRecord } from '../ledger/task-record.ts';
import type { ProviderRun } from '../provider-run.ts';

/**
 * Searches for lost launches, beside the sweep: they read whole lists, and looks must not wait for that. Their claims are
 * renewed while they are under way, so that a worker that dies delays them by one claim and no more.
 */

/** They share readings of the platform's lists: the more wait together, the fewer readings. */
const searchesAtMost = 100;
export const claimMs = 60_000;
const usualRenewMs = 20_000;

export interface Searches {
  /** How many more can be begun. */
  places(): number;
  /**
   * Runs `search` for a task that is claimed by `score`, and hands what it came to, with the claim's score as it is then,
   * to `end`; never throws.
   */
  begin<T>(
    task: TaskRecord,
    score: number,
    search: () => Promise<T>,
    end: (outcome: T, score: number) => Promise<void>,
  ): void;
  /** When all that were begun are over. */
  over(): Promise<void>;
}

export function createSearches(run: ProviderRun, renewEveryMs = usualRenewMs): Searches {
  const scores = new Map<TaskId, number>();
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let renewing = Promise.resolve();

  async function renew(): Promise<void> {
    const { score, kept } = await renewClaims(run.ledger, run.name, scores, claimMs);
    // A claim that was lost keeps its old score: what the search comes to is then not settled, as it should be.
    for (const id of kept) if (scores.has(id)) scores.set(id, score);
  }

  async function one<T>(
    id: TaskId,
    search: () => Promise<T>,
    end: (outcome: T, score: number) => Promise<void>,
  ): Promise<void> {
    try {
      const outcome = await search();
      // A renewal on its way would change the score under the settlement's hands.
      await renewing;
      const score = scores.get(id);
      scores.delete(id);
      if (score !== undefined) await end(outcome, score);
    } catch (error) {
      run.log.error({ task: id, err: error }, 'search failed, to be made again');
    } finally {
      scores.delete(id);
    }
  }

  return {
    places: () => searchesAtMost - scores.size,
    begin(task, score, search, end) {
      // Claimed anew while it is still searched for: its claim had run out.
      if (scores.has(task.id)) {
        scores.set(task.id, score);
        return;
      }
      scores.set(task.id, score);
      timer ??= setInterval(() => {
        renewing = renewing.then(renew).catch((error: unknown) => {
          run.log.warn({ err: error }, 'claims of searches not renewed');
        });
      }, renewEveryMs);
      const searching = one(task.id, search, end).finally(() => {
        underWay.delete(searching);
        if (underWay.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
      underWay.add(searching);
    },
    over: async () => void (await Promise.all(underWay)),
  };
}
