/** A simulator's time. Jobs, tokens and fault windows are counted on it, so that no timers are needed for them. */
export interface Clock {
  /** Milliseconds since the start (or the last reset), monotonic, with fractions. */
  elapsedMs(): number;
  /** Unix time in milliseconds. */
  wallMs(): number;
}

export function startClock(): Clock {
  const startedMs = performance.now();
  return { elapsedMs: () => performance.now() - startedMs, wallMs: () => Date.now() };
}
