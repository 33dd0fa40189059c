import type { RemoteState, RemoteStatus } from '@nightpass/core';
import { reasonLine } from '../http/text-excerpt.ts';
import { type JobReply, remoteStatus } from './replies.ts';

/** What a job's own answer says. Only `status` tells its end: `endTime` is set before the outputs are taken in. */
export function stateOf(job: JobReply): RemoteState {
  const word = job.status ?? '';
  const status = statusOf(word);
  return {
    status,
    word: reasonLine(word),
    progressPercent: status === 'succeeded' ? 100 : progressOf(job),
    message: status === 'accepted' || status === 'running' ? doingOf(job) : undefined,
  };
}

export function statusOf(word: string | undefined): RemoteStatus {
  const plain = (word ?? '').trim().toUpperCase();
  return Object.hasOwn(remoteStatus, plain) ? remoteStatus[plain as keyof typeof remoteStatus] : 'unknown';
}

export const isOver = (status: RemoteStatus) => status === 'succeeded' || status === 'failed' || status === 'cancelled';

const phases: Record<string, number> = { CREATED: 0, DATA_FETCH: 25, PROCESSING: 50, OUTPUT_LIST: 75 };

/** There is no percentage: which of three phases it is in, or "Step 2 of 3: …" of older servers. */
function progressOf({ phase, stage }: JobReply): number | undefined {
  const known = (phase ?? '').trim().toUpperCase();
  if (Object.hasOwn(phases, known)) return phases[known];
  const [, step, of] = /\bstep\s+(\d{1,3})\s+of\s+(\d{1,3})\b/i.exec(stage ?? '') ?? [];
  const share = Number(step) / (Number(of) + 1);
  return share >= 0 && share < 1 ? Math.floor(share * 100) : undefined;
}

function doingOf({ stage, queuePosition }: JobReply): string | undefined {
  if (stage?.trim()) return reasonLine(stage);
  return queuePosition !== undefined && queuePosition >= 0 ? `at place ${queuePosition} of the queue` : undefined;
}

/**
 * A parent as its sub-jobs show it. Its own word is ERROR while some still run, CREATED to the end, and for ever where one
 * was cancelled; COMPLETED alone can be believed of it.
 */
export function familyState(parent: JobReply, children: readonly JobReply[]): RemoteState {
  const own = stateOf(parent);
  const count = { succeeded: 0, failed: 0, cancelled: 0 };
  for (const child of children) {
    const status = statusOf(child.status);
    if (status === 'succeeded' || status === 'failed' || status === 'cancelled') count[status] += 1;
  }
  const over = count.succeeded + count.failed + count.cancelled;
  const message = `${over} of ${children.length} sub-jobs over: ${count.succeeded} completed, ${count.failed} in error, ${count.cancelled} cancelled`;
  const allOver = over === children.length;
  if (own.status === 'succeeded' && allOver && over === count.succeeded) return { ...own, message: undefined };
  if (allOver && count.failed > 0) return { ...own, status: 'failed', progressPercent: 100, message };
  if (allOver && count.cancelled > 0) return { ...own, status: 'cancelled', progressPercent: 100, message };
  const progressPercent = Math.min(99, Math.floor((100 * over) / children.length));
  return { ...own, status: own.status === 'accepted' && over === 0 ? own.status : 'running', progressPercent, message };
}
