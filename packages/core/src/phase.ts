/**
 * The task's phase: what we hold true of it. Never to be mixed with the remote status (the provider's word)
 * or with BullMQ's job state.
 *
 * - `queued`       waits for its launch; nothing has been sent
 * - `launching`    the intent is on record; the POST may or may not have left
 * - `unconfirmed`  the answer was lost; the platform is being asked what happened
 * - `running`      the platform runs it under a remote id we know
 * - `succeeded` · `failed` · `cancelled` · `expired`  ended
 * - `parked`       nobody but a person or the policy may decide
 */
export const phases = [
  'queued',
  'launching',
  'unconfirmed',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
  'parked',
] as const;

export type Phase = (typeof phases)[number];
export type EndPhase = 'succeeded' | 'failed' | 'cancelled' | 'expired';

/** One byte a task in the batch's grid. Letters, so that a grid can be read by eye in redis-cli. */
export const phaseByte = {
  queued: 'q',
  launching: 'l',
  unconfirmed: 'u',
  running: 'r',
  succeeded: 's',
  failed: 'f',
  cancelled: 'c',
  expired: 'x',
  parked: 'p',
} as const satisfies Record<Phase, string>;

const byByte = new Map<string, Phase>(phases.map((phase) => [phaseByte[phase], phase]));

/** @throws when the byte is none of ours: the ledger would be corrupt. */
export function phaseOfByte(byte: string): Phase {
  const phase = byByte.get(byte);
  if (!phase) throw new Error(`no phase is written as ${JSON.stringify(byte)} in a grid`);
  return phase;
}

/** Phases in which something is still to happen by itself. A batch with none of these has ended. */
export const openPhases = ['queued', 'launching', 'unconfirmed', 'running'] as const satisfies readonly Phase[];
/** Phases a redrive may take back to `queued`. */
export const redrivablePhases = ['failed', 'expired', 'cancelled', 'parked'] as const satisfies readonly Phase[];

export function isEnd(phase: Phase): phase is EndPhase {
  return phase === 'succeeded' || phase === 'failed' || phase === 'cancelled' || phase === 'expired';
}
