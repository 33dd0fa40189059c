import type { Log } from '@nightpass/runtime';
import type { Bell } from './bell.ts';

/**
 * Runs `turn` again and again, each time after the milliseconds it asked for, or a ring. A turn that throws is told once
 * and tried again: loops never end by themselves.
 */
export async function forever(
  loop: string,
  about: { bell: Bell; stop: AbortSignal; log: Log; retryMs: number },
  turn: () => Promise<number>,
): Promise<void> {
  const { bell, stop, log, retryMs } = about;
  let trouble: string | undefined;
  while (!stop.aborted) {
    let waitMs = retryMs;
    try {
      waitMs = await turn();
      if (trouble !== undefined) log.info({ loop }, 'loop recovered');
      trouble = undefined;
    } catch (error) {
      if (trouble !== String(error)) log.error({ loop, err: error }, 'loop failed, trying again');
      trouble = String(error);
    }
    if (waitMs > 0) await bell.wait(waitMs);
  }
}
