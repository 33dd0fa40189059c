/** What jobs of a process usually take. Pure. */
export interface Quantiles {
  n: number;
  medianMs: number;
  p95Ms: number;
  longestMs: number;
  totalMs: number;
}

/** @param sorted in place. By nearest rank: each is a duration that was really seen. */
export function quantilesOf(durationsMs: Uint32Array): Quantiles | undefined {
  const n = durationsMs.length;
  if (n === 0) return undefined;
  durationsMs.sort();
  const at = (share: number) => durationsMs[Math.max(0, Math.ceil(share * n) - 1)] ?? 0;
  let totalMs = 0;
  for (const ms of durationsMs) totalMs += ms;
  return { n, medianMs: at(0.5), p95Ms: at(0.95), longestMs: at(1), totalMs };
}
