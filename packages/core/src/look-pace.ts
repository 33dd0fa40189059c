/** When to look at a remote job again. Pure arithmetic; `jitter` is a number from 0 to 1 given by the caller. */

export interface Pacing {
  minLookMs: number;
  maxLookMs: number;
}

/** A cancel that is not confirmed is sent again this often … */
export const cancelEveryMs = 60_000;
/** … and this many times in all, before the task ends as "cancel not confirmed". */
export const cancelTriesAtMost = 5;

const clamp = (ms: number, { minLookMs, maxLookMs }: Pacing) => Math.min(Math.max(ms, minLookMs), maxLookMs);
/** Spread over ±15 %, so that what was launched together is not looked at together for ever. */
const spread = (ms: number, jitter: number) => Math.round(ms * (0.85 + 0.3 * jitter));

export const lookPace = {
  /** After the launch: nothing ends much before its usual time. */
  first: (usualDurationMs: number | undefined, pacing: Pacing, jitter: number) =>
    spread(clamp((usualDurationMs ?? 0) * 0.7, pacing), jitter),

  /**
   * While it runs: a tenth of its age keeps the relative error of "ended at" constant; near its usual end a twentieth
   * of the usual duration sees the end sooner.
   */
  next(ageMs: number, usualDurationMs: number | undefined, pacing: Pacing, jitter: number): number {
    if (usualDurationMs === undefined) return spread(clamp(ageMs / 10, pacing), jitter);
    const leftMs = usualDurationMs * 0.7 - ageMs;
    const stepMs = ageMs > usualDurationMs * 2 ? ageMs / 10 : usualDurationMs / 20;
    return spread(clamp(Math.max(leftMs, stepMs), pacing), jitter);
  },

  /** After looks that failed: doubling, so that a platform in trouble is not beaten. */
  afterTrouble: (failedLooks: number, pacing: Pacing, jitter: number) =>
    spread(clamp(pacing.minLookMs * 2 ** Math.min(failedLooks, 16), pacing), jitter),

  soon: (pacing: Pacing) => pacing.minLookMs,

  /** A launch that was accepted needs a moment to show up in lists. */
  afterLostAnswer: (pacing: Pacing) => pacing.minLookMs,
};
