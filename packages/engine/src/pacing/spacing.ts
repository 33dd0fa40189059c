/**
 * Milliseconds between two requests. A limit of some a minute is counted over that minute: one request that was late and
 * one that is prompt would fall into one window of exactly that length. Two per cent more keep them apart.
 */
export function spacingMs(perSecond: number): number {
  const ms = 1000 / perSecond;
  return ms < 1000 ? ms : ms * 1.02;
}
