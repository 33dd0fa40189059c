/** Wakes a loop that waits for its next turn. A ring while nobody waits is kept for who comes next. */
export interface Bell {
  ring(): void;
  /** Waits for a ring, for `ms`, or until it is stopped. Never throws. */
  wait(ms: number): Promise<void>;
}

export function createBell(stop: AbortSignal): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  stop.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async wait(ms) {
      if (!rung && !stop.aborted) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
  };
}
