import type { LaunchCall } from '@nightpass/core';

/** A call that nobody calls off, at no pace. */
export const freely: LaunchCall = callUntil(new AbortController().signal);

export function callUntil(signal: AbortSignal): LaunchCall {
  return { signal, readSlot: async () => true, launchSlot: async () => true };
}
