import { cancelIsDue, type RunningTask } from '@nightpass/core';
import { noteAnswer } from '../health.ts';
import { callWith, readSlot } from '../pacing/read-slot.ts';
import type { ProviderRun } from '../provider-run.ts';
import { again, type Outcome, type Turn } from './carry-out.ts';
import { afterAnswer, runningOf } from './look-turn.ts';

/** Looks at many jobs by the platform's own list, where that takes fewer requests than looking at each. */

export interface BulkLooks {
  /** Tasks worth claiming at a time, beyond what single looks could do. */
  readonly claimAtMost: number;
  /**
   * Looks at those of the turns that a list may answer for.
   * @returns what they came to, and the turns that are still to be taken singly
   */
  look(turns: readonly Turn[], stop: AbortSignal): Promise<{ outcomes: Outcome[]; rest: Turn[] }>;
}

const claimAtMost = 1_000;
/** A platform that refuses its list is looked at singly for so long. */
const refusedMs = 10 * 60_000;

export function createBulkLooks(run: ProviderRun): BulkLooks {
  const { lookMany } = run.adapter;
  /** Requests that the last list took; a page is assumed until one was read. */
  let requests = 1;
  let refusedUntilMs = Number.NEGATIVE_INFINITY;
  if (!lookMany) return { claimAtMost: 0, look: async (turns) => ({ outcomes: [], rest: [...turns] }) };

  async function look(turns: readonly Turn[], stop: AbortSignal) {
    const [listed, rest] = partition(turns, isListed);
    if (listed.length <= requests || performance.now() < refusedUntilMs) return { outcomes: [], rest: [...turns] };
    const wait = await readSlot(run, stop);
    if (wait !== undefined) return { outcomes: listed.map(({ turn }) => again(turn, wait, {})), rest };

    const jobs = listed.map(({ running }) => running.job);
    const answer = await (lookMany as NonNullable<typeof lookMany>).call(run.adapter, jobs, callWith(run, stop));
    if (stop.aborted && answer.kind !== 'listed') {
      return { outcomes: listed.map(({ turn }) => again(turn, 0, {})), rest };
    }
    await noteAnswer(run, answer.kind === 'listed' ? undefined : answer);
    if (answer.kind === 'rejected') {
      refusedUntilMs = performance.now() + refusedMs;
      run.log.warn({ reason: answer.reason }, 'the platform refuses its list of jobs: looking singly');
      return { outcomes: [], rest: [...turns] };
    }
    const outcomes: Outcome[] = [];
    if (answer.kind !== 'listed') {
      for (const { turn, running } of listed) outcomes.push(await afterAnswer(turn, running, answer));
      return { outcomes, rest };
    }
    requests = Math.max(1, answer.requests);
    for (const { turn, running } of listed) {
      const state = answer.seen.get(running.job.id);
      // What the list does not show may be new, old or gone: that job is asked for itself.
      if (state) outcomes.push(await afterAnswer(turn, running, { kind: 'seen', state }));
      else rest.push(turn);
    }
    run.log.debug({ looked: outcomes.length, requests }, 'looked at many');
    return { outcomes, rest };
  }

  return { claimAtMost, look };
}

interface Listed {
  turn: Turn;
  running: RunningTask;
}

/** A running job that is not to be cancelled now. */
function isListed(turn: Turn): Listed | undefined {
  if (turn.task.phase !== 'running') return undefined;
  const running = runningOf(turn);
  return cancelIsDue(running, turn.nowMs) ? undefined : { turn, running };
}

function partition(turns: readonly Turn[], pick: (turn: Turn) => Listed | undefined): [Listed[], Turn[]] {
  const listed: Listed[] = [];
  const rest: Turn[] = [];
  for (const turn of turns) {
    const it = pick(turn);
    if (it) listed.push(it);
    else rest.push(turn);
  }
  return [listed, rest];
}
