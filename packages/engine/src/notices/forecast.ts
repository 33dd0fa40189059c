import { type LaunchWindow, windowAt } from '@nightpass/core';

/** Whether what waits can still be launched in time. Pure, and hopeful: what it calls out of reach is. */

export interface Pace {
  launchesPerSecond: number;
  maxInFlight: number;
  inFlight: number;
  /** Usual duration of a remote job; undefined where none has ended yet. */
  usualMs: number | undefined;
  /** Nothing goes before this. */
  heldUntilMs: number | undefined;
  window: LaunchWindow | undefined;
}

/** A batch's queued tasks at each provider, in the order in which batches are launched. */
export interface Waiting {
  batch: string;
  queued: ReadonlyMap<string, number>;
  /** Nothing of it is launched later. */
  lastMs: number | undefined;
}

export interface OutOfReach {
  batch: string;
  /** Tasks that cannot be launched in time. */
  missing: number;
  /** When the last could be. */
  lastLaunchAtMs: number | undefined;
}

export function forecast(waiting: readonly Waiting[], paces: ReadonlyMap<string, Pace>, nowMs: number): OutOfReach[] {
  const ahead = new Map<string, number>();
  return waiting.flatMap(({ batch, queued, lastMs }) => {
    let missing = 0;
    let lastLaunchAtMs = nowMs;
    for (const [provider, n] of queued) {
      const before = ahead.get(provider) ?? 0;
      ahead.set(provider, before + n);
      const pace = paces.get(provider);
      if (!pace || lastMs === undefined) continue;
      missing += Math.min(n, Math.max(0, before + n - launchable(pace, nowMs, lastMs)));
      lastLaunchAtMs = Math.max(lastLaunchAtMs, launchedAt(pace, before + n, nowMs));
    }
    if (missing < 1) return [];
    const known = Number.isFinite(lastLaunchAtMs);
    return [{ batch, missing: Math.floor(missing), lastLaunchAtMs: known ? lastLaunchAtMs : undefined }];
  });
}

/** Tasks that can be launched until then. */
function launchable(pace: Pace, nowMs: number, untilMs: number): number {
  let openMs = 0;
  for (const span of openSpans(pace, nowMs)) {
    if (span.fromMs >= untilMs) break;
    openMs += Math.min(span.toMs, untilMs) - span.fromMs;
  }
  const free = Math.max(0, pace.maxInFlight - pace.inFlight);
  const places = pace.usualMs ? free + (pace.maxInFlight / pace.usualMs) * openMs : Number.POSITIVE_INFINITY;
  return Math.min((pace.launchesPerSecond / 1000) * openMs, places);
}

/** When so many are launched at the earliest. */
export function launchedAt(pace: Pace, tasks: number, nowMs: number): number {
  const free = Math.max(0, pace.maxInFlight - pace.inFlight);
  const forPlaces = pace.usualMs ? Math.max(0, tasks - free) / (pace.maxInFlight / pace.usualMs) : 0;
  let needMs = Math.max((tasks / pace.launchesPerSecond) * 1000, forPlaces);
  for (const { fromMs, toMs } of openSpans(pace, nowMs)) {
    if (needMs <= toMs - fromMs) return fromMs + needMs;
    needMs -= toMs - fromMs;
  }
  return Number.POSITIVE_INFINITY;
}

/** A forecast beyond this is none. */
const nightsAhead = 400;

/** The times in which launches may go. */
function* openSpans({ window, heldUntilMs }: Pace, nowMs: number): Generator<{ fromMs: number; toMs: number }> {
  let at = Math.max(nowMs, heldUntilMs ?? nowMs);
  if (!window) return yield { fromMs: at, toMs: Number.POSITIVE_INFINITY };
  for (let night = 0; night < nightsAhead; night++) {
    const state = windowAt(window, at);
    const fromMs = state.open ? at : state.opensAtMs;
    const opened = state.open ? state : windowAt(window, fromMs);
    if (!opened.open) return;
    yield { fromMs, toMs: opened.closesAtMs };
    at = opened.closesAtMs;
  }
}
