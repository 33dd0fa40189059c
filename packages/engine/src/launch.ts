import { createHash } from 'node:crypto';
import {
  afterLaunch,
  isEnd,
  type LaunchAnswer,
  type LaunchCall,
  type Phase,
  type Task,
  type TaskRef,
  taskIdOf,
  type Verdict,
  windowAt,
} from '@nightpass/core';
import { holdProvider, noteAnswer, noteRefusal, probeProvider, slowDownIfUntimed } from './health.ts';
import type { BatchRecord } from './ledger/batch-record.ts';
import { readTaskContent } from './ledger/batches.ts';
import {
  finishLaunch,
  type Intent,
  type IntentOptions,
  nextStep,
  recordLaunched,
  recordLost,
  requeue,
  type TaskPlace,
  writeIntent,
} from './ledger/launching.ts';
import { ledgerNow, readPhase } from './ledger/reading.ts';
import { placeHold } from './pacing/holds.ts';
import { reserveSlot } from './pacing/pace.ts';
import { callWith } from './pacing/read-slot.ts';
import { pause } from './pause.ts';
import { jobName, type ProviderRun, placeOf, policyOf } from './provider-run.ts';
import { ensureTracked, type Turn } from './queues.ts';

/**
 * The launch loop: slot → intent → POST → verdict → ledger. One call is one turn of one launch job; what it learns goes
 * into the ledger before anything else happens, so that it may die at any point.
 */

/** While the provider is held or full, this often it is asked again. */
const askAgainMs = 500;
/** While a launch of its process is in doubt, a task lets those of other processes pass. */
const doubtMs = 2_000;
/** A slot not used within this time is given up for another. */
const lateMs = 200;
const noSlot: LaunchAnswer = { kind: 'notSent', rule: 'no-slot', reason: 'its slot went by before it could be sent' };
/** An intent this old may have been given up: well below the lock's length. */
const stillMineMs = 20_000;
/** No further step of a launch is sent this long after its intent: well below `orphanMs`. */
const longestLaunchMs = 2 * 60_000;
/** With no word from a launcher for this long, its answer counts as lost: more than a POST may take, and a lock may last. */
export const orphanMs = 5 * 60_000;

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

type Go = Extract<Intent, { kind: 'go' }> & {
  /** When the intent was asked for, on this process's monotonic clock. */
  askedMs: number;
};

/** Waits for a slot and writes the intent. @returns undefined when we are stopping. */
async function intend(
  run: ProviderRun,
  at: TaskPlace,
  { task, token, over }: { task: Task; token: string; over: boolean },
  stop: AbortSignal,
): Promise<Exclude<Intent, { kind: 'go' }> | Go | undefined> {
  const options = intentOptions(run, task, token);
  // What will not be launched any more waits for no slot: a held provider would keep its batch from ending.
  if (over) {
    const askedMs = performance.now();
    const intent = await writeIntent(run.ledger, at, { ...options, maxInFlight: 0 });
    return intent.kind === 'go' ? { ...intent, askedMs } : intent;
  }
  const slot = await reserveSlot(run.ledger, run.name, 'launch', run.limits);
  const waitMs = slot.kind === 'go' ? slot.waitMs : slot.kind === 'later' ? Math.min(slot.waitMs, 5_000) : askAgainMs;
  if (!(await pause(waitMs, stop))) return undefined;
  if (slot.kind !== 'go') return { kind: 'held' };
  // Only a launch can tell whether the quota is still full; of all else a harmless request tells as well.
  if (slot.probe !== undefined && slot.probe !== 'quota') {
    await probeProvider(run, stop);
    return { kind: 'held' };
  }
  if (await isOutsideWindow(run)) return { kind: 'held' };
  for (;;) {
    const askedMs = performance.now();
    const intent = await writeIntent(run.ledger, at, { ...options, probe: slot.probe });
    if (intent.kind === 'go') return { ...intent, askedMs };
    // Some launch before this one was late: the sliding second is full for a few more milliseconds.
    if (intent.kind !== 'wait') return intent;
    if (!(await pause(intent.ms, stop))) return undefined;
  }
}

const intentOptions = ({ limits, adapter }: ProviderRun, task: Task, token: string): IntentOptions => ({
  token,
  maxInFlight: limits.maxInFlight,
  launchesPerSecond: limits.launchesPerSecond,
  orphanMs,
  probe: undefined,
  alone: adapter.findsBy === 'elimination',
  likeness: likenessOf(adapter.aloneWith?.(task)),
});

/** Short, whatever the adapter compares. */
function likenessOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Whether nothing of the batch may be launched any more. The intent decides it, on Redis's clock. */
async function isOver(
  { ledger }: ProviderRun,
  { cancelledAtMs, launchByMs, deadlineMs }: BatchRecord,
): Promise<boolean> {
  const lastMs = Math.min(launchByMs ?? Number.POSITIVE_INFINITY, deadlineMs ?? Number.POSITIVE_INFINITY);
  if (cancelledAtMs !== undefined) return true;
  return Number.isFinite(lastMs) && lastMs < (await ledgerNow(ledger));
}

/** Outside its hours the provider is held, for all workers, until they begin. */
async function isOutsideWindow({ ledger, name, limits: { window }, log }: ProviderRun): Promise<boolean> {
  if (!window) return false;
  const nowMs = await ledgerNow(ledger);
  const state = windowAt(window, nowMs);
  if (state.open) return false;
  const reason = `launches go from ${window.from} to ${window.to} (${window.timeZone})`;
  const placed = await placeHold(ledger, name, { kind: 'window', forMs: state.opensAtMs - nowMs, reason });
  if (placed === 'new') log.info({ opensAtMs: state.opensAtMs }, 'provider held until its window opens');
  return true;
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

  const phase = await record(run, at, intent, verdict);
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

/** Writes the verdict into the ledger. @returns the phase it stands in now. */
async function record(
  run: ProviderRun,
  at: TaskPlace,
  { attempt, intentAtMs }: { attempt: number; intentAtMs: number },
  verdict: Verdict,
): Promise<Phase> {
  switch (verdict.next) {
    case 'running': {
      const recorded = await recordLaunched(run.ledger, at, {
        attempt,
        job: verdict.job,
        lookInMs: verdict.lookInMs,
        rule: verdict.rule,
      });
      if (recorded.kind === 'running' || recorded.kind === 'known') return 'running';
      const facts = { task: taskIdOf(at.ref), remoteJob: verdict.job.id, ...recorded };
      run.log.error(facts, 'launched job is not followed');
      if (recorded.kind === 'orphan') return recorded.phase;
      const reason = `the platform answered with remote job ${verdict.job.id}, which belongs to task ${recorded.by}`;
      await finishLaunch(run.ledger, at, {
        attempt,
        intentAtMs,
        phase: 'parked',
        rule: 'job-claimed',
        reason,
      });
      return 'parked';
    }
    case 'requeue': {
      await holdProvider(run, verdict.hold);
      await slowDownIfUntimed(run, verdict.hold);
      const [kind, phase] = await requeue(run.ledger, at, {
        attempt,
        intentAtMs,
        sent: verdict.sent,
        ...(verdict.step !== undefined && { step: verdict.step }),
        rule: verdict.rule,
        reason: verdict.reason,
      });
      return kind === 'moved' ? phase : 'queued';
    }
    case 'reconcile': {
      const [kind, phase] = await recordLost(run.ledger, at, {
        attempt,
        intentAtMs,
        inMs: verdict.inMs,
        rule: verdict.rule,
        reason: verdict.reason,
      });
      return kind === 'moved' ? phase : 'unconfirmed';
    }
    case 'end': {
      await finishLaunch(run.ledger, at, {
        attempt,
        intentAtMs,
        phase: verdict.phase,
        rule: verdict.rule,
        reason: verdict.reason ?? '',
        results: verdict.seen?.results,
        cost: verdict.seen?.cost,
      });
      return verdict.phase;
    }
    case 'lookAgain':
    case 'cancel':
    case 'park':
      throw new Error(`a launch's answer cannot lead to ${verdict.next}`);
    default:
      return verdict satisfies never;
  }
}

/** Hands the task over to its track job, which the board shows from here on. */
async function tracked(run: ProviderRun, task: Task, phase: Phase): Promise<Turn> {
  const name = jobName(task.process.name, task.zone.location);
  await ensureTracked(run.queues.track, task, name, { ended: isEnd(phase) || phase === 'parked' });
  return { kind: 'done', result: { phase } };
}

/** Short, unique to task and attempt, and the same after any crash: the name token where a platform allows one. */
export function launchKeyOf(task: { id: string }, attempt: number): string {
  const hash = createHash('sha256').update(`${task.id}.${attempt}`).digest();
  return hash.readBigUInt64BE().toString(36).padStart(13, '0').slice(-10);
}
