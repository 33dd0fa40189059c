import { parseTaskId, type TaskId } from '@nightpass/core';
import { readBatch, readTasks } from '@nightpass/engine';
import type { RequestRecord } from '@nightpass/simulator';
import type { Stage } from './stage.ts';

/** Tells what goes wrong on the platform as it happens, and how it was mended: by what the ledger has on record of it. */
export interface Narrator {
  /** @returns what is new since the last call. */
  news(): Promise<string[]>;
}

export function createNarrator({ platform, ledger }: Stage): Narrator {
  const told = new Set<string>();
  const lost = new Map<number, { task: TaskId; attempt: number; fault: string }>();
  const once = (key: string) => !told.has(key) && told.add(key) !== undefined;

  function struck(launch: RequestRecord): string[] {
    // While it is still being answered, nobody can say how.
    if (launch.fault === undefined || launch.status === undefined || !once(`struck ${launch.n}`)) return [];
    if (launch.status === 429) return ['the platform answers 429: launches wait for as long as it asks'];
    const [task, attempt] = splitCorrelation(launch.correlationId);
    if (launch.fault.startsWith('drop') && task) {
      lost.set(launch.n, { task, attempt, fault: launch.fault });
      return [`the answer to the launch of ${task} is lost: the platform is asked before anything is sent again`];
    }
    return [];
  }

  async function mended(): Promise<string[]> {
    const news: string[] = [];
    for (const [n, { task: id, attempt }] of lost) {
      const [task] = await readTasks(ledger, [id], (batch) => readBatch(ledger, batch));
      if (!task?.job) continue;
      lost.delete(n);
      news.push(
        task.attempt > attempt
          ? `${id} was not found there: only now it is launched once more`
          : `${id} was found there, running: it is followed on, and not launched again`,
      );
    }
    return news;
  }

  return {
    async news() {
      const strikes = platform.launches().flatMap(struck);
      const looks = platform.counts().look.byFault.html ?? 0;
      const gateway =
        looks > 0 && once('gateway') ? ['a gateway answers looks with an error page: looked at again later'] : [];
      return [...strikes, ...gateway, ...(await mended())];
    },
  };
}

/** Nightpass writes `<task id>.<attempt>`. */
function splitCorrelation(text: string | undefined): [TaskId | undefined, number] {
  const [, id = '', attempt] = /^(.+)\.(\d+)$/.exec(text ?? '') ?? [];
  return [parseTaskId(id) ? (id as TaskId) : undefined, Number(attempt)];
}
