import { type Limits, parseTaskId, type Task, type TaskId } from '@nightpass/core';
import type { BatchRecord } from './ledger/batch-record.ts';
import { readBatch, readTaskContent } from './ledger/batches.ts';
import type { LedgerContext } from './ledger/context.ts';
import { ledgerNow, readTasks } from './ledger/reading.ts';
import type { TaskRecord } from './ledger/task-record.ts';
import { type PlacedHold, readHolds } from './pacing/holds.ts';

/** For any task: what it waits for, since when, until when. Nothing waits without a reason. */

export interface Why {
  task: TaskRecord;
  content: Task;
  provider: string;
  batch: BatchRecord;
  /** In words, for a person. */
  answer: string;
  sinceMs: number;
  /** Undefined where nobody can say. */
  untilMs: number | undefined;
  holds: PlacedHold[];
}

/** @param limitsOf the limits of a configured provider; undefined where it is configured no more */
export async function explainTask(
  ledger: LedgerContext,
  text: string,
  limitsOf: (provider: string) => Limits | undefined,
): Promise<Why | undefined> {
  const ref = parseTaskId(text);
  const batch = ref && (await readBatch(ledger, ref.batchId));
  if (!ref || !batch || ref.processIndex >= batch.processCount || ref.zoneIndex >= batch.zoneCount) return undefined;
  const [[task], content, nowMs] = await Promise.all([
    readTasks(ledger, [text as TaskId], async () => batch),
    readTaskContent(ledger, ref),
    ledgerNow(ledger),
  ]);
  if (!task || !content) return undefined;
  const provider = batch.providers[ref.processIndex] ?? '';
  const holds = await readHolds(ledger, provider, nowMs);
  const limits = limitsOf(provider);
  const reason = await reasonOf(ledger, { task, batch, provider, processId: content.process.id, holds, limits });
  return { task, content, provider, batch, holds, ...reason };
}

interface Known {
  task: TaskRecord;
  batch: BatchRecord;
  provider: string;
  processId: string;
  holds: PlacedHold[];
  limits: Limits | undefined;
}

type Reason = Pick<Why, 'answer' | 'sinceMs' | 'untilMs'>;

async function reasonOf(ledger: LedgerContext, known: Known): Promise<Reason> {
  const { task, batch, provider } = known;
  const endedAtMs = task.endedAtMs ?? batch.cancelledAtMs ?? batch.acceptedAtMs;
  const because = task.reason ? `: ${task.reason}` : '';
  switch (task.phase) {
    case 'queued':
      return whyQueued(ledger, known);
    case 'launching':
      return {
        answer: `its launch (attempt ${task.attempt}) is being sent to ${provider}`,
        sinceMs: task.intentAtMs ?? batch.acceptedAtMs,
        untilMs: undefined,
      };
    case 'unconfirmed':
      return {
        answer: `the answer to its launch was lost${because}; ${provider} is being asked what happened, ${task.emptyReads} searches found nothing so far`,
        sinceMs: task.intentAtMs ?? batch.acceptedAtMs,
        untilMs: await nextLook(ledger, provider, task.id),
      };
    case 'running': {
      const stops = known.holds.find((hold) => hold.stopsLooks);
      const cancelling = task.cancel
        ? `; it is being cancelled (${task.cancel.reason}), asked ${task.cancel.tries} times`
        : '';
      const held = stops ? `; looks wait too: ${stops.reason}` : '';
      return {
        answer: `it runs on ${provider} as ${task.job?.id} (${task.remoteWord ?? 'not looked at yet'}${task.progressPercent === undefined ? '' : `, ${task.progressPercent} %`})${cancelling}${held}`,
        sinceMs: task.launchedAtMs ?? batch.acceptedAtMs,
        untilMs: await nextLook(ledger, provider, task.id),
      };
    }
    case 'parked':
      return {
        answer: `it waits for a person${because}. Look on the platform, then redrive it, or leave it`,
        sinceMs: endedAtMs,
        untilMs: undefined,
      };
    case 'succeeded':
      return {
        answer: `it waits for nothing: it succeeded as ${task.job?.id}`,
        sinceMs: endedAtMs,
        untilMs: undefined,
      };
    case 'failed':
    case 'cancelled':
    case 'expired':
      return {
        answer: `it waits for nothing: it is ${task.phase}${because}. A redrive launches it again`,
        sinceMs: endedAtMs,
        untilMs: undefined,
      };
    default:
      return task.phase satisfies never;
  }
}

async function whyQueued(
  ledger: LedgerContext,
  { task, batch, provider, processId, holds, limits }: Known,
): Promise<Reason> {
  const sinceMs = batch.acceptedAtMs;
  const again = task.reason ? ` (queued again: ${task.reason})` : '';
  if (!limits) return { answer: `provider ${provider} is not configured here${again}`, sinceMs, untilMs: undefined };
  const [hold] = holds;
  if (hold)
    return {
      answer: `provider ${provider} is held (${hold.kind}): ${hold.reason}${again}`,
      sinceMs: hold.sinceMs,
      untilMs: hold.untilMs,
    };
  const its = ledger.keys.provider(provider);
  const inFlight = await ledger.redis.scard(its.inflight);
  if (inFlight >= limits.maxInFlight) {
    return {
      answer: `${provider} runs ${inFlight} of our tasks, and at most ${limits.maxInFlight} may run at a time${again}`,
      sinceMs,
      untilMs: undefined,
    };
  }
  const doubted = await ledger.redis.srandmember(its.doubt + processId);
  if (doubted) {
    const answer = `launches of its process wait until it is known what became of ${doubted}: the platform could not tell them apart${again}`;
    return { answer, sinceMs, untilMs: undefined };
  }
  return {
    answer: `its turn has not come: ${provider} takes ${limits.launchesPerSecond} launches a second${again}`,
    sinceMs,
    untilMs: undefined,
  };
}

async function nextLook(ledger: LedgerContext, provider: string, id: string): Promise<number | undefined> {
  const score = await ledger.redis.zscore(ledger.keys.provider(provider).due, id);
  return score === null ? undefined : Number(score);
}
