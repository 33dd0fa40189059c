import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or until the signal. @returns whether the time is up (false: we are stopping). */
export async function pause(ms: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false;
  if (ms <= 0) return true;
  try {
    await sleep(ms, undefined, { signal: stop });
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}
