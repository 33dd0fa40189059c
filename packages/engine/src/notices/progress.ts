/** Whether the night really goes on: what the dead-man's ping rests on. Pure. */

export interface ProviderFacts {
  /** Counters since ever. `looks` is undefined where nobody has counted any. */
  launches: number;
  ended: number;
  looks: number | undefined;
  inFlight: number;
  maxInFlight: number;
  /** Entries in the sweep's diary, and how late the oldest is. */
  due: number;
  behindMs: number;
  /** A known reason to wait stands, and is not itself overdue. */
  launchesHeld: boolean;
  looksHeld: boolean;
  launchesPerSecond: number;
  maxLookMs: number;
}

export interface ProgressFacts {
  atMs: number;
  providers: ReadonlyMap<string, ProviderFacts>;
  /** Open batches with tasks to launch. */
  waiting: readonly { batch: string; providers: readonly string[]; unconfirmed: number }[];
}

/** For each provider, when launching and following were last seen to be all right, and the counters then. */
export type Marks = ReadonlyMap<string, { launches: number; launchedAtMs: number; looked: string; lookedAtMs: number }>;

export interface Progress {
  real: boolean;
  /** What stands still. */
  standing: string[];
  /** To be compared with the next time. */
  marks: Marks;
}

const leastPatienceMs = 5 * 60_000;
/** Looks this late are late. */
const lateMs = 60_000;

/**
 * Real where, for each provider, something moved within its patience, or there is nothing to do, or what there is waits
 * for a known reason.
 */
export function progressIsReal(before: Marks, after: ProgressFacts): Progress {
  const marks = new Map<string, { launches: number; launchedAtMs: number; looked: string; lookedAtMs: number }>();
  const standing: string[] = [];
  const launching = new Set(
    [...after.providers].flatMap(([name, facts]) => {
      const was = before.get(name);
      const moved = was === undefined || was.launches !== facts.launches;
      return moved || facts.launchesHeld || facts.inFlight >= facts.maxInFlight ? [name] : [];
    }),
  );
  // Of a batch on several providers only the sum is known: while one of them launches, the rest may be that one's.
  const stuck = after.waiting.filter(
    ({ providers, unconfirmed }) => unconfirmed === 0 && !providers.some((name) => launching.has(name)),
  );
  for (const [name, facts] of after.providers) {
    const was = before.get(name);
    const looked = `${facts.looks ?? ''}/${facts.ended}`;
    const launchesFine = was === undefined || !stuck.some(({ providers }) => providers.includes(name));
    const looksFine = was === undefined || isFollowed(facts, was.looked !== looked);
    const mark = {
      launches: facts.launches,
      launchedAtMs: launchesFine ? after.atMs : was.launchedAtMs,
      looked,
      lookedAtMs: looksFine ? after.atMs : was.lookedAtMs,
    };
    marks.set(name, mark);
    if (after.atMs - mark.launchedAtMs > Math.max(leastPatienceMs, 3_000 / facts.launchesPerSecond)) {
      standing.push(`${name}: work waits, and nothing was launched since ${new Date(mark.launchedAtMs).toISOString()}`);
    }
    const lookPatienceMs = facts.looks === undefined ? leastPatienceMs : Math.max(leastPatienceMs, 2 * facts.maxLookMs);
    if (after.atMs - mark.lookedAtMs > lookPatienceMs) {
      standing.push(`${name}: tasks run, and none was looked at since ${new Date(mark.lookedAtMs).toISOString()}`);
    }
  }
  return { real: standing.length === 0, standing, marks };
}

function isFollowed(facts: ProviderFacts, moved: boolean): boolean {
  if (moved || facts.looksHeld) return true;
  if (facts.due === 0) return facts.inFlight === 0;
  // Without a count of looks, being in time must do.
  return facts.looks === undefined && facts.behindMs <= lateMs;
}
