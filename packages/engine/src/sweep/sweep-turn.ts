import { recordLost } from '../ledger/launching.ts';
import { placeOf } from '../provider-run.ts';
import type { Outcome, Turn } from './carry-out.ts';
import { findTurn } from './find-turn.ts';
import { lookTurn } from './look-turn.ts';

/** One task's turn in the sweep: by its phase. */
export async function turnOf(turn: Turn): Promise<Outcome> {
  const { run, task } = turn;
  try {
    switch (task.phase) {
      case 'running':
        return await lookTurn(turn);
      case 'unconfirmed':
        return await findTurn(turn);
      case 'launching':
        return await orphanTurn(turn);
      case 'queued':
      case 'succeeded':
      case 'failed':
      case 'cancelled':
      case 'expired':
      case 'parked':
        return { kind: 'close', task };
      default:
        return task.phase satisfies never;
    }
  } catch (error) {
    // One task's trouble is its own: it stays claimed and comes round again.
    run.log.error({ task: task.id, err: error }, 'sweep turn threw');
    return { kind: 'handled' };
  }
}

/** The launcher was not heard of again. */
async function orphanTurn({ run, task, batch }: Turn): Promise<Outcome> {
  await recordLost(run.ledger, placeOf(run, task, batch), {
    attempt: task.attempt,
    intentAtMs: task.intentAtMs ?? 0,
    inMs: 0,
    rule: 'launcher-lost',
    reason: 'the launcher died between intent and answer',
  });
  run.log.warn({ task: task.id }, 'launcher lost');
  return { kind: 'handled' };
}
