import { afterFind, type CallFailure, type FindAnswer } from '@nightpass/core';
import { noteAnswer } from '../health.ts';
import { launchKeyOf } from '../launch/launch-key.ts';
import { readTaskContent } from '../ledger/batches.ts';
import { ledgerNow } from '../ledger/reading.ts';
import { callWith } from '../pacing/read-slot.ts';
import { placeOf, policyOf } from '../provider-run.ts';
import { again, cancelFields, cancelOfBatch, carryOut, type Outcome, type Turn } from './carry-out.ts';

/** Searches the platform for a launch whose answer was lost. */
export async function findTurn(turn: Turn): Promise<Outcome> {
  const { run, task, batch, nowMs } = turn;
  const content = await readTaskContent(run.ledger, task);
  if (!content || task.intentAtMs === undefined)
    throw new Error(`task ${task.id} is unconfirmed, but was never intended`);
  // The job of a launch that is still unanswered could be taken for this one's.
  if (run.adapter.findsBy === 'elimination') {
    const { launching } = run.ledger.keys.provider(run.name);
    const unanswered = await run.ledger.redis.scard(launching + placeOf(run, task, batch).processId);
    if (unanswered > 0) return again(turn, 1_000, {});
  }
  const { claims } = run.ledger.keys.provider(run.name);
  const answer: FindAnswer = await run.adapter.findLaunch(
    {
      task: content,
      attempt: task.attempt,
      launchKey: launchKeyOf(task, task.attempt),
      step: task.step,
      // The adapter compares it with the platform's clock by way of this host's; the ledger's may be another.
      intentAtMs: task.intentAtMs + Date.now() - (await ledgerNow(run.ledger)),
      claimed: async (remoteIds) => {
        if (remoteIds.length === 0) return new Set();
        const owners = await run.ledger.redis.hmget(claims, ...remoteIds);
        // One that is ours already belongs to an earlier launch of this very task.
        return new Set(remoteIds.filter((_, i) => owners[i] !== null));
      },
    },
    callWith(run, turn.stop),
  );
  // A search that we broke off says nothing of the task.
  if (turn.stop.aborted && answer.kind !== 'found') return again(turn, 0, {});
  await noteAnswer(run, failureOf(answer));
  const cancel = task.cancel ?? cancelOfBatch(task, batch);
  const unconfirmed = {
    attempt: task.attemptInDrive,
    intentAtMs: task.intentAtMs,
    emptyReads: task.emptyReads,
    cancel,
  };
  const verdict = afterFind(unconfirmed, answer, nowMs, policyOf(run.limits), run.random());
  run.log.info({ task: task.id, answer: answer.kind, rule: answer.rule, next: verdict.next }, 'lost launch searched');
  return carryOut(turn, verdict, cancelFields(cancel));
}

function failureOf(answer: FindAnswer): CallFailure | undefined {
  const { kind } = answer;
  return kind === 'found' || kind === 'notFound' || kind === 'begun' || kind === 'cannotTell' ? undefined : answer;
}
