import type { RemoteJob, SurveyedJob, Task, TaskId } from '@nightpass/core';
import { launchKeyOf } from '../launch/launch-key.ts';

/**
 * Which remote jobs are whose, once the jobs of one process were all heard of. Pure; each job is compared with the few
 * tasks of its own places, and each task's keys are looked up in a map: linear in both.
 */

export interface LostTask {
  id: TaskId;
  batch: string;
  task: Task;
  /** No job of it can be older, Unix ms on our clock; undefined where nobody knows. */
  sinceMs: number | undefined;
  /** Why a job of it may be elsewhere or gone, so that it is not launched even where none is found. */
  doubt: Decision | undefined;
}

export interface Decision {
  rule: string;
  reason: string;
}

/** What is kept of a surveyed job; its input, which may be large, is not. */
export interface Sighting {
  job: RemoteJob;
  createdAtMs: number | undefined;
  keys: readonly string[];
  /** Tasks whose payload it has, and tasks whose payload it may have. */
  same: readonly LostTask[];
  unclear: readonly LostTask[] | 'any';
}

export type Fate =
  | ({ kind: 'adopt'; job: RemoteJob; attempt: number; launchedAtMs: number; others: string[] } & Decision)
  | ({ kind: 'park' } & Decision)
  /** The platform was asked whole, and has no job of it. */
  | { kind: 'queue' };

/** Keys of more launches than these of one task are not known for ours. */
const mostAttempts = 50;

const mayBeOf = ({ createdAtMs }: Pick<Sighting, 'createdAtMs'>, { sinceMs }: LostTask) =>
  createdAtMs === undefined || sinceMs === undefined || createdAtMs >= sinceMs;

/** Where each task of a process stands, by its place. */
export function placesOf(tasks: readonly LostTask[], placeOf: (task: Task) => string): Map<string, LostTask[]> {
  const places = new Map<string, LostTask[]>();
  for (const lost of tasks) {
    const place = placeOf(lost.task);
    const there = places.get(place);
    if (there) there.push(lost);
    else places.set(place, [lost]);
  }
  return places;
}

export function sightingOf(found: SurveyedJob, places: ReadonlyMap<string, readonly LostTask[]>): Sighting {
  const { job, createdAtMs, launchKeys: keys } = found;
  if (found.places === undefined) return { job, createdAtMs, keys, same: [], unclear: 'any' };
  const same: LostTask[] = [];
  const unclear: LostTask[] = [];
  for (const place of new Set(found.places)) {
    for (const lost of places.get(place) ?? []) {
      const fit = found.fits(lost.task);
      if (fit === 'same') same.push(lost);
      if (fit === 'unclear') unclear.push(lost);
    }
  }
  return { job, createdAtMs, keys, same, unclear };
}

/**
 * @param tasks all lost tasks of one process and project
 * @param inTheAir launches of this process by batches that are not lost are unanswered: a job that no key names may be theirs
 */
export async function judge(
  tasks: readonly LostTask[],
  sightings: readonly Sighting[],
  inTheAir: Decision | undefined,
): Promise<Map<LostTask, Fate>> {
  const fates = new Map<LostTask, Fate>();
  const rest = new Set(sightings);
  await byKey(tasks, rest, fates);
  byPayload(rest, fates, inTheAir);
  const dark = [...rest].filter(({ unclear }) => unclear === 'any');
  for (const lost of tasks) {
    if (fates.has(lost)) continue;
    const hiding = dark.find((sighting) => mayBeOf(sighting, lost));
    const reason = `${dark.length} jobs of its process do not show what they were launched with, e.g. ${hiding?.job.id}`;
    if (hiding) fates.set(lost, { kind: 'park', rule: 'input-not-shown', reason });
    else fates.set(lost, lost.doubt ? { kind: 'park', ...lost.doubt } : { kind: 'queue' });
  }
  return fates;
}

/** A key is of one task and one attempt: nothing else needs to fit. Of several attempts the newest is the one to follow. */
async function byKey(tasks: readonly LostTask[], rest: Set<Sighting>, fates: Map<LostTask, Fate>): Promise<void> {
  const keyed = new Map([...rest].flatMap((sighting) => sighting.keys.map((key) => [key, sighting] as const)));
  if (keyed.size === 0) return;
  for (const [n, lost] of tasks.entries()) {
    // Others share this process's event loop; hashing 50 keys takes some 0.1 ms.
    if (n % 200 === 199) await new Promise((resolve) => setImmediate(resolve));
    const mine: { attempt: number; sighting: Sighting }[] = [];
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const sighting = keyed.get(launchKeyOf(lost, attempt));
      if (sighting && rest.has(sighting)) mine.push({ attempt, sighting });
    }
    const newest = mine.at(-1);
    if (!newest) continue;
    for (const { sighting } of mine) rest.delete(sighting);
    const others = mine.slice(0, -1).map(({ sighting }) => sighting.job.id);
    const reason = others.length > 0 ? `the newest of ${mine.length} jobs with its key` : 'the job has its key';
    fates.set(lost, adopt(newest.sighting, newest.attempt, others, { rule: 'recovered-by-key', reason }));
  }
}

function byPayload(rest: Set<Sighting>, fates: Map<LostTask, Fate>, inTheAir: Decision | undefined): void {
  const jobsOf = new Map<LostTask, Sighting[]>();
  const peersOf = new Map<LostTask, readonly LostTask[]>();
  const unclear = new Map<LostTask, Sighting>();
  for (const sighting of rest) {
    for (const lost of sighting.same) {
      if (fates.has(lost) || !mayBeOf(sighting, lost)) continue;
      jobsOf.set(lost, [...(jobsOf.get(lost) ?? []), sighting]);
      peersOf.set(lost, sighting.same);
    }
    if (sighting.unclear === 'any') continue;
    for (const lost of sighting.unclear) if (mayBeOf(sighting, lost)) unclear.set(lost, sighting);
  }
  for (const [lost, sighting] of unclear) {
    if (fates.has(lost)) continue;
    const reason = `remote job ${sighting.job.id} may be its, but does not show clearly what it was launched with`;
    fates.set(lost, { kind: 'park', rule: 'input-unclear', reason });
  }
  for (const [lost, jobs] of jobsOf) {
    if (fates.has(lost)) continue;
    // Equality is transitive: all that are equal to one of its jobs are equal to each other.
    const peers = (peersOf.get(lost) ?? []).filter((peer) => jobsOf.has(peer));
    const open = peers.filter((peer) => !fates.has(peer));
    const clear = open.length === peers.length && peers.every((peer) => sameAs(jobsOf.get(peer), jobs));
    const oneBatch = peers.every((peer) => peer.batch === lost.batch);
    if (inTheAir) for (const peer of open) fates.set(peer, { kind: 'park', ...inTheAir });
    else if (clear && oneBatch && peers.length === jobs.length) {
      // Tasks of one batch with one payload were launched by the same request: any job is any one's.
      const reason =
        jobs.length > 1 ? `one of ${jobs.length} jobs for as many equal tasks` : 'the one job with its payload';
      for (const [i, peer] of peers.entries()) {
        fates.set(peer, adopt(jobs[i] as Sighting, 1, [], { rule: 'recovered-by-payload', reason }));
      }
      for (const sighting of jobs) rest.delete(sighting);
    } else {
      const reason = `${jobs.length} jobs have the payload of ${peers.length} tasks, e.g. ${jobs[0]?.job.id}: nobody can tell whose they are`;
      for (const peer of open) fates.set(peer, { kind: 'park', rule: 'payload-not-unique', reason });
    }
  }
}

const sameAs = (some: readonly Sighting[] | undefined, others: readonly Sighting[]) =>
  some !== undefined && some.length === others.length && some.every((one, i) => one === others[i]);

function adopt({ job, createdAtMs }: Sighting, attempt: number, others: string[], why: Decision): Fate {
  return { kind: 'adopt', job, attempt, launchedAtMs: createdAtMs ?? Date.now(), others, ...why };
}
