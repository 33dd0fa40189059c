import {
  afterLaunch,
  isEnd,
  type LaunchAnswer,
  type LaunchCall,
  type Phase,
  type Task,
  type TaskRef,
  taskIdOf,
} from '@nightpass/core';
import { noteAnswer, noteRefusal } from '../health.ts';
import { readTaskContent } from '../ledger/batches.ts';
import { nextStep, type TaskPlace } from '../ledger/launching.ts';
import { readPhase } from '../ledger/reading.ts';
import { callWith } from '../pacing/read-slot.ts';
import { pause } from '../pause.ts';
import { jobName, type ProviderRun, placeOf, policyOf } from '../provider-run.ts';
import { ensureTracked, type Turn } from '../queues.ts';
import { type Go, intend, isOver } from './launch-intent.ts';
import { launchKeyOf } from './launch-key.ts';
import { recordVerdict } from './launch-record.ts';

/**
 * The launch loop: slot → intent → POST → verdict → ledger. One call is one turn of one launch job; what it learns goes
 * into the ledger before anything else happens, so that it may die at any point.
 */

/** While a launch of its process is in doubt, a task lets those of other processes pass. */
const doubtMs = 2_000;
/** A slot not used within this time is given up for another. */
const lateMs = 200;
const noSlot: LaunchAnswer = { kind: 'notSent', rule: 'no-slot', reason: 'its slot went by before it could be sent' };
/** An intent this old may have been given up: well below the lock's length. */
const stillMineMs = 20_000;
/** No further step of a launch is sent this long after its intent: well below `orphanMs`. */
const longestLaunchMs = 2 * 60_000;

export interface Stopping {
  /** No new launches. */
  stop: AbortSignal;
  /** What is in flight is given up; its answers count as lost. */
  giveUp: AbortSignal;
}

export async function launchTurn(
  run: ProviderRun,
  ref: TaskRef,
  token: string,
  { stop, giveUp }: Stopping,
): Promise<Turn> {
  const batch = await run.batches.get(ref.batchId);
  const task = batch && (await readTaskContent(run.ledger, ref));
  if (!batch || !task) return { kind: 'failed', reason: `the ledger has no task ${taskIdOf(ref)}` };
  const at = placeOf(run, ref, batch);
  const log = run.log.child({ task: task.id, batch: ref.batchId });

  for (;;) {
    // A batch cancelled or launched meanwhile must not wait for slots it will not use.
    const phase = await readPhase(run.ledger, ref, at.index);
    const settled = phase !== 'queued' && phase !== 'launching' && phase !== 'unconfirmed';
    const intent = settled
      ? { kind: 'known' as const, phase }
      : await intend(run, at, { task, token, over: await isOver(run, batch.record) }, stop);
    if (!intent) return { kind: 'handBack' };
    switch (intent.kind) {
      case 'go': {
        log.info({ attempt: intent.attempt, process: task.process.id }, 'launch intended');
        const next = await launch(run, at, task, { ...intent, token }, giveUp);
        if (next !== 'again') return next;
        continue;
      }
      case 'full':
      case 'held':
      case 'wait':
        continue;
      case 'doubt':
        log.debug({ doubt: intent.task }, 'launch waits for a lost one of its process');
        return { kind: 'sleep', forMs: doubtMs };
      case 'lostLock':
        log.warn({}, 'launch lock lost');
        return { kind: 'remove' };
      case 'unconfirmed':
      case 'known':
        return tracked(run, task, intent.kind === 'known' ? intent.phase : 'unconfirmed');
      case 'cancelled':
        return tracked(run, task, 'cancelled');
      case 'tooLate':
        return tracked(run, task, 'expired');
      default:
        return intent satisfies never;
    }
  }
}

type UnderWay = Go & { token: string };

/** The one POST (or the few that make one launch), and what follows from its answer. */
async function launch(
  run: ProviderRun,
  at: TaskPlace,
  task: Task,
  intent: UnderWay,
  giveUp: AbortSignal,
): Promise<Turn | 'again'> {
  const log = run.log.child({ task: task.id, batch: at.ref.batchId, attempt: intent.attempt });
  const answer = await answerOf(run, at, task, intent, giveUp);
  const usual = await run.ledger.redis.hget(run.ledger.keys.provider(run.name).durations, task.process.id);
  const verdict = afterLaunch(answer, usual === null ? undefined : Number(usual), policyOf(run.limits), run.random());

  const phase = await recordVerdict(run, at, intent, verdict);
  const isWell = answer.kind === 'launched' || answer.kind === 'done';
  await noteAnswer(run, isWell ? undefined : answer, isWell);
  if (answer.kind === 'rejected') await noteRefusal(run, giveUp);
  const facts = answer.kind === 'launched' ? { remoteJob: answer.job.id } : isWell ? {} : { reason: answer.reason };
  log.info({ answer: answer.kind, rule: answer.rule, ...facts }, 'launch answered');
  if (phase === 'queued') return 'again';
  return tracked(run, task, phase);
}

async function answerOf(
  run: ProviderRun,
  at: TaskPlace,
  task: Task,
  intent: UnderWay,
  signal: AbortSignal,
): Promise<LaunchAnswer> {
  const { attempt, askedMs, step } = intent;
  // A process that slept between intent and POST may have been given up, and its launch sent by another.
  if (performance.now() - askedMs > stillMineMs) {
    return {
      kind: 'notSent',
      rule: 'woke-too-late',
      reason: 'this process stood still before it could send the launch',
    };
  }
  try {
    const call = launchCall(run, at, intent, signal);
    // Late ones would arrive together with those whose turn it is now.
    if (performance.now() - askedMs > lateMs && !(await call.launchSlot())) return noSlot;
    return await run.adapter.launch({ task, attempt, launchKey: launchKeyOf(task, attempt), step }, call);
  } catch (error) {
    // A bug in an adapter must not end the night, nor may it count as "not sent".
    run.log.error({ task: task.id, err: error }, 'adapter threw');
    return { kind: 'ambiguous', rule: 'adapter-threw', reason: error instanceof Error ? error.message : String(error) };
  }
}

function launchCall(run: ProviderRun, at: TaskPlace, intent: UnderWay, signal: AbortSignal): LaunchCall {
  const { token, attempt, intentAtMs, askedMs } = intent;
  return {
    ...callWith(run, signal),
    async launchSlot(made) {
      const { launchesPerSecond } = run.limits;
      for (;;) {
        const waitMs = await nextStep(run.ledger, at, { token, attempt, intentAtMs, launchesPerSecond, made });
        if (waitMs === undefined || signal.aborted) return false;
        // At a slow pace the next slot may be an hour away: the launch goes on from its step when its turn comes.
        if (performance.now() - askedMs + waitMs > longestLaunchMs) return false;
        if (waitMs === 0) return true;
        if (!(await pause(waitMs, signal))) return false;
      }
    },
  };
}

/** Hands the task over to its track job, which the board shows from here on. */
async function tracked(run: ProviderRun, task: Task, phase: Phase): Promise<Turn> {
  const name = jobName(task.process.name, task.zone.location);
  await ensureTracked(run.queues.track, task, name, { ended: isEnd(phase) || phase === 'parked' });
  return { kind: 'done', result: { phase } };
}
